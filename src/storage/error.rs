//! What can go wrong with the database, as callers care about it.

use sqlx::{error::DatabaseError, postgres::PgDatabaseError};

#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// Somebody else wrote first: read again, then decide again.
    #[error("the row has changed since it was read")]
    Stale,
    /// A name or a pair that must be there once is there already.
    #[error("it is there already ({constraint})")]
    Duplicate { constraint: String },
    /// A row says what no version of this program writes.
    #[error("{table}.{column} holds what this program does not know: {value}")]
    Inconsistent { table: &'static str, column: &'static str, value: String },
    /// A commit of what an earlier error had undone already.
    #[error("nothing was saved, because something failed before")]
    RolledBack,
    #[error("the database is busy or out of reach: {0}")]
    Unavailable(#[source] sqlx::Error),
    #[error("the database refused: {0}")]
    Driver(#[source] sqlx::Error),
    /// The program is older than the database.
    #[error("a newer duo-console made the database what it is (schema {0}): use that one")]
    NewerSchema(i64),
    #[error("the migrations failed: {0}")]
    Migrate(#[source] sqlx::migrate::MigrateError),
    #[error("{what}: {source}")]
    Io { what: String, source: std::io::Error },
}

impl StorageError {
    pub(super) fn inconsistent(table: &'static str, column: &'static str, value: impl Into<String>) -> Self {
        Self::Inconsistent { table, column, value: value.into() }
    }
}

impl From<sqlx::migrate::MigrateError> for StorageError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        match error {
            sqlx::migrate::MigrateError::VersionMissing(version) => Self::NewerSchema(version),
            other => Self::Migrate(other),
        }
    }
}

impl From<sqlx::Error> for StorageError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(database) if database.is_unique_violation() => {
                // PostgreSQL names the constraint, SQLite the columns.
                let constraint =
                    database.constraint().map_or_else(|| database.message().to_owned(), str::to_owned);
                Self::Duplicate { constraint }
            }
            sqlx::Error::Database(database) if is_busy(database.as_ref()) => Self::Unavailable(error),
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => {
                Self::Unavailable(error)
            }
            _ => Self::Driver(error),
        }
    }
}

/// Whether the same could succeed a little later.
fn is_busy(error: &dyn DatabaseError) -> bool {
    let Some(code) = error.code() else { return false };
    if error.try_downcast_ref::<PgDatabaseError>().is_some() {
        // Too few resources, taken by an operator, or a lock, a deadlock or the time lost to others.
        code.starts_with("53")
            || code.starts_with("57P")
            || matches!(&*code, "40001" | "40P01" | "55P03" | "57014")
    } else {
        // SQLITE_BUSY and its variants: the low byte is 5.
        code.parse::<i32>().is_ok_and(|code| code & 0xff == 5)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_of_a_newer_program_is_known_as_one() {
        let error = StorageError::from(sqlx::migrate::MigrateError::VersionMissing(7));
        assert!(matches!(error, StorageError::NewerSchema(7)));
    }
}
