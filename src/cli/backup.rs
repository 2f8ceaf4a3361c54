//! `backup` and `restore`: a copy of the SQLite database.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    Failure,
    open::no_settings,
    output::{print, say},
};
use crate::{
    server::{
        config::{DatabaseConfig, DatabaseOptions},
        system::{SystemClock, SystemRandom},
    },
    storage::{CopyError, DatabaseUrl, SchemaState, Storage, back_up, restore},
    usecases::{App, Clock, audit::verify_audit::verify_audit},
};

pub(super) const AFTER_BACKUP: &str = "\
Servers may keep running. The backup is a single file, complete, verified and private; it gets its
name only once it is on disk. For PostgreSQL it prints the pg_dump command to use instead.

Example:
  duo-console backup /srv/backup/duo-$(date +%F).db";

pub(super) const AFTER_RESTORE: &str = "\
Stop the server first; a database in use is not changed. The backup is verified before anything is
changed, and the previous database is kept beside it. Everything is then as it was at the time of
the backup: sessions and tokens that were revoked since are valid again.

Example:
  duo-console restore /srv/backup/duo-2026-11-21.db";

#[derive(Debug, clap::Args)]
pub struct Backup {
    /// The file to write; it must not exist yet
    file: PathBuf,
}

#[derive(Debug, clap::Args)]
pub struct Restore {
    /// The backup to restore
    file: PathBuf,
}

pub(super) async fn run_backup(options: &DatabaseOptions, Backup { file }: &Backup) -> Result<(), Failure> {
    let database = options.validate()?;
    let made = back_up(&database.url, file).await.map_err(|error| match error {
        CopyError::Postgres => Failure::refused(dump(&database, file)),
        other => Failure::refused(format!("No copy was made: {other}.")),
    })?;
    Ok(print(format_args!(
        "Copied {} to {}: {} bytes, schema {}, checked.",
        database.url,
        file.display(),
        made.bytes,
        made.schema
    ))?)
}

pub(super) async fn run_restore(
    options: &DatabaseOptions,
    Restore { file }: &Restore,
) -> Result<(), Failure> {
    let database = options.validate()?;
    // As in 20261121T150610Z, for a file name.
    let now: String =
        SystemClock.now().rfc3339().chars().take(19).filter(|it| it.is_alphanumeric()).collect();
    let done =
        restore(&database.url, file, &format!("{now}Z"), chain_holds).await.map_err(|error| match error {
            CopyError::Postgres => Failure::refused(undump(&database, file)),
            other => Failure::refused(format!("Nothing was restored: {other}.")),
        })?;
    print(format_args!("Restored {} from {}, schema {}.", database.url, file.display(), done.schema))?;
    if let Some(kept) = done.kept {
        say(format_args!("The database that was there is kept as {}.", kept.display()));
    }
    say("Start the server: it brings the database up to date. Revoke again what was revoked since the copy.");
    Ok(())
}

/// Refuses a copy whose audit log was tampered with. A copy with an older schema cannot be verified before it
/// is migrated at the next start.
async fn chain_holds(copy: &DatabaseUrl) -> Result<(), CopyError> {
    let storage = Storage::open_as_it_is(copy).await?;
    if let SchemaState::Current(_) = storage.schema_state().await? {
        let (clock, random) = (Arc::new(SystemClock), Arc::new(SystemRandom));
        let app = App::new(storage.clone(), clock, random, no_settings());
        let mut first = None;
        verify_audit(&app, &[], |fault| {
            first.get_or_insert_with(|| fault.to_string());
        })
        .await?;
        if let Some(fault) = first {
            return Err(CopyError::Altered(fault));
        }
    }
    storage.close().await;
    Ok(())
}

fn dump(database: &DatabaseConfig, file: &Path) -> String {
    let (arguments, name) = database.url.postgres_arguments().unwrap_or_default();
    format!(
        "{} is copied with PostgreSQL's own program, also while servers run:\n  pg_dump {arguments} --format=custom --file={} {}",
        database.url,
        quoted(&file.display().to_string()),
        quoted(&name)
    )
}

fn undump(database: &DatabaseConfig, file: &Path) -> String {
    let (arguments, name) = database.url.postgres_arguments().unwrap_or_default();
    format!(
        "{} is restored with PostgreSQL's own program. Stop every server first; this is one transaction:\n  pg_restore {arguments} --clean --if-exists --single-transaction --dbname={} {}",
        database.url,
        quoted(&name),
        quoted(&file.display().to_string())
    )
}

/// Quotes an argument for a shell.
fn quoted(text: &str) -> String {
    if text.chars().all(|c| c.is_ascii_alphanumeric() || "/._-+".contains(c)) && !text.is_empty() {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_takes_a_name_as_it_is() {
        assert_eq!(quoted("/srv/duo-1.db"), "/srv/duo-1.db");
        assert_eq!(quoted("it's $HOME"), "'it'\\''s $HOME'");
        assert_eq!(quoted(""), "''");
    }
}
