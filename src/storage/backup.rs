//! Backup of an SQLite database while servers use it.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use sqlx::{
    ConnectOptions, Connection, Row, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteRow},
};

use super::{
    CopyError, DatabaseUrl, StorageError,
    files::{Draft, failed_to},
    schema::{APPLIED, Applied, SchemaState, judge_sqlite},
};

/// A completed backup.
#[derive(Debug)]
pub struct Copied {
    /// The version of its last migration.
    pub schema: i64,
    pub bytes: u64,
}

/// Writes a consistent copy of the database to `to`. Servers may write meanwhile; later commits are not
/// included. The file appears complete and verified, or not at all.
///
/// # Errors
/// `to` exists, or the copy could not be written or is damaged.
pub async fn back_up(url: &DatabaseUrl, to: &Path) -> Result<Copied, CopyError> {
    let DatabaseUrl::Sqlite(options) = url else { return Err(CopyError::Postgres) };
    let from = options.get_filename();
    if !from.exists() {
        return Err(CopyError::NoDatabase(from.to_owned()));
    }
    if to.symlink_metadata().is_ok() {
        return Err(CopyError::Exists(to.to_owned()));
    }
    let draft = Draft::beside(to, "partial")?;
    let name = draft.path.to_str().ok_or_else(|| {
        failed_to("use the name", &draft.path)(io::Error::other("SQLite takes only names in UTF-8"))
    })?;
    let mut source = open_plainly(from, false).await.map_err(StorageError::from)?;
    sqlx::query("VACUUM INTO $1").bind(name).execute(&mut source).await.map_err(StorageError::from)?;
    source.close().await.map_err(StorageError::from)?;
    let schema = examine(&draft.path).await?;
    let bytes = draft.publish(to)?;
    Ok(Copied { schema, bytes })
}

/// A connection that neither creates nor migrates a database.
async fn open_plainly(file: &Path, immutable: bool) -> Result<SqliteConnection, sqlx::Error> {
    SqliteConnectOptions::new().filename(file).immutable(immutable).connect().await
}

/// Checks that the file, which must not be in use, is an intact database of this program or an older release,
/// and returns the version of its last migration.
pub(super) async fn examine(file: &Path) -> Result<i64, CopyError> {
    const MAGIC: &[u8; 16] = b"SQLite format 3\0";
    let mut head = Vec::new();
    let opened = File::open(file).map_err(failed_to("read", file))?;
    opened.take(16).read_to_end(&mut head).map_err(failed_to("read", file))?;
    if head != MAGIC {
        return Err(CopyError::NotSqlite(file.to_owned()));
    }
    let damaged = |error: sqlx::Error| CopyError::Damaged(error.to_string());
    let mut copy = open_plainly(file, true).await.map_err(damaged)?;
    let found: Vec<String> =
        sqlx::query_scalar("PRAGMA integrity_check(3)").fetch_all(&mut copy).await.map_err(damaged)?;
    if found != ["ok"] {
        return Err(CopyError::Damaged(found.join("; ")));
    }
    let tables = "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = '_sqlx_migrations'";
    let tables: i64 = sqlx::query_scalar(tables).fetch_one(&mut copy).await.map_err(damaged)?;
    let applied: Vec<Applied> = match tables {
        0 => Vec::new(),
        _ => sqlx::query_as(APPLIED).fetch_all(&mut copy).await.map_err(|_| CopyError::Foreign)?,
    };
    let schema = match judge_sqlite(&applied) {
        SchemaState::Current(schema) | SchemaState::Behind { has: schema, .. } => schema,
        SchemaState::Newer { has, knows } => return Err(CopyError::Newer { has, knows }),
        SchemaState::Unfinished(schema) => return Err(CopyError::Unfinished(schema)),
        SchemaState::Empty | SchemaState::Foreign => return Err(CopyError::Foreign),
    };
    let orphan: Option<SqliteRow> =
        sqlx::query("PRAGMA foreign_key_check").fetch_optional(&mut copy).await.map_err(damaged)?;
    if let Some(orphan) = orphan {
        let table: String = orphan.try_get(0).map_err(damaged)?;
        return Err(CopyError::Damaged(format!("a row of {table} refers to what is not there")));
    }
    copy.close().await.map_err(damaged)?;
    Ok(schema)
}
