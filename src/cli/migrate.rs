//! `migrate`: migrates the database.

use super::{Failure, output::print};
use crate::{server::config::DatabaseOptions, usecases::App};

pub(super) const AFTER_HELP: &str = "\
Every command migrates the database when it opens it; this one does nothing else. It is
idempotent: running it twice, or on two servers at once, is harmless.

Examples:
  duo-console migrate
  duo-console migrate --database-url postgres://duo@db/duo";

/// Opening the database has migrated it.
pub(super) async fn run(app: &App, database: &DatabaseOptions) -> Result<(), Failure> {
    let statements = app.storage.check_statements().await.map_err(|(name, error)| {
        Failure::refused(format!(
            "The database has not the schema of this program: the statement {name} does not fit ({error}). Was it changed by hand?"
        ))
    })?;
    let url = database.validate()?.url;
    let version = app.storage.schema_version();
    Ok(print(format_args!(
        "{url} is up to date: schema {version}, all {statements} statements of the program fit."
    ))?)
}
