//! Archives a group or project, or takes it out of the archive. What is below counts as archived with it.

use super::group_editor::{GroupEditor, claim, kind_for};
use crate::{
    domain::{
        audit::AuditKind,
        namespace::{Named, Namespace},
    },
    usecases::{App, UseCaseError, What, retry::until_first},
};

/// Returns the namespace. Idempotent.
pub async fn archive_group(
    app: &App,
    editor: &GroupEditor,
    named: impl Into<Named>,
    archived: bool,
) -> Result<Namespace, UseCaseError> {
    let named = named.into();
    until_first(app, || try_once(app, editor, &named, archived)).await
}

async fn try_once(
    app: &App,
    editor: &GroupEditor,
    named: &Named,
    archived: bool,
) -> Result<Namespace, UseCaseError> {
    let mut uow = app.storage.begin().await?;
    let target = editor.editable(app, &mut uow, named).await?;
    let namespace = &target.namespace;
    let details = uow.namespaces().details(namespace.id).await?;
    let details = details.ok_or(UseCaseError::NotFound(What::GroupOrProject))?;
    if details.archived_at.is_some() == archived {
        return Ok(target.namespace);
    }
    claim(&mut uow, &[&target]).await?;
    uow.namespaces().set_archived(namespace.id, archived.then(|| app.now())).await?;
    let kind = if archived {
        kind_for(namespace, AuditKind::GroupArchived, AuditKind::ProjectArchived)
    } else {
        kind_for(namespace, AuditKind::GroupUnarchived, AuditKind::ProjectUnarchived)
    };
    editor.record(app, &mut uow, namespace, kind, ("", ""), None);
    uow.commit().await?;
    Ok(target.namespace)
}
