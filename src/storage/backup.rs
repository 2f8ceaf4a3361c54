//! A copy of an SQLite database, written while servers use it.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use sqlx::{
    ConnectOptions, Connection, Row, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteRow},
};

use super::{
    DatabaseUrl, StorageError,
    files::{Draft, failed_to},
    schema::{APPLIED, Applied, SchemaState, judge_sqlite},
};

/// Why no copy was made, or why one was not taken.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    #[error("it is a PostgreSQL database")]
    Postgres,
    #[error("there is no database at {}", .0.display())]
    NoDatabase(PathBuf),
    #[error("{} is there already, and nothing is overwritten", .0.display())]
    Exists(PathBuf),
    #[error("{} is not an SQLite database", .0.display())]
    NotSqlite(PathBuf),
    /// What SQLite says about it.
    #[error("the copy is damaged: {0}")]
    Damaged(String),
    #[error("it is not a database of Duo Console")]
    Foreign,
    #[error("a newer duo-console made it (schema {has}; this program knows {knows}): use that one")]
    Newer { has: i64, knows: i64 },
    #[error("a migration to schema {0} stopped midway in it")]
    Unfinished(i64),
    #[error(
        "{} lies beside it, so it is the file of a running database and not all of it: make a copy with `duo-console backup`",
        .0.display()
    )]
    NotACopy(PathBuf),
    #[error("a server or another program uses {}: stop it first", .0.display())]
    InUse(PathBuf),
    /// The first that is wrong with it.
    #[error("its audit log was altered: {0}. `duo-console audit verify` on the copy names all of it")]
    Altered(String),
    #[error("{what}: {source}")]
    Io { what: String, source: io::Error },
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// A copy that was made.
#[derive(Debug)]
pub struct Copied {
    /// The number of its last migration.
    pub schema: i64,
    pub bytes: u64,
}

/// Writes a consistent copy of the database to `to`. Servers go on meanwhile; what they commit after
/// this began is not in it. The file appears whole and checked, or not at all.
///
/// # Errors
/// `to` is there already, or the copy could not be written or is not sound.
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

/// A connection that neither makes nor migrates anything.
async fn open_plainly(file: &Path, immutable: bool) -> Result<SqliteConnection, sqlx::Error> {
    SqliteConnectOptions::new().filename(file).immutable(immutable).connect().await
}

/// Whether the file, which nobody uses, is a sound database of this program or an older one; the
/// number of its last migration.
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
