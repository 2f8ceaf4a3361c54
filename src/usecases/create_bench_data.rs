//! Adds a large tree with many members to a database, for benchmarks. For operators at the command line.

use super::{
    App, Origin, UseCaseError,
    audit_trail::{Happened, record_as},
};
use crate::{
    domain::audit::AuditKind,
    storage::{NAMESPACES_EACH, StorageError},
};

/// Adds at least `namespaces` namespaces, in top-level groups of [`NAMESPACES_EACH`], with ten members each.
/// Returns how many it added; `None` when there are such groups already.
pub async fn create_bench_data(
    app: &App,
    origin: &Origin,
    namespaces: i64,
) -> Result<Option<i64>, UseCaseError> {
    let roots = (namespaces.max(1) + NAMESPACES_EACH - 1) / NAMESPACES_EACH;
    let mut uow = app.storage.begin().await?;
    match uow.bench_data().add(roots, app.now()).await {
        Err(StorageError::Duplicate { .. }) => return Ok(None),
        other => other?,
    }
    record_as(
        app.now(),
        &mut uow,
        origin.operator(),
        origin,
        Happened::to(AuditKind::DemoDataCreated, "bench"),
    );
    uow.commit().await?;
    Ok(Some(roots * NAMESPACES_EACH))
}
