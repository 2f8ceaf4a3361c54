//! Errors of backup and restore of SQLite databases.

use std::{io, path::PathBuf};

use super::StorageError;

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
    /// SQLite's message.
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
    /// The first fault.
    #[error("its audit log was altered: {0}. `duo-console audit verify` on the copy names all of it")]
    Altered(String),
    #[error("{what}: {source}")]
    Io { what: String, source: io::Error },
    #[error(transparent)]
    Storage(#[from] StorageError),
}
