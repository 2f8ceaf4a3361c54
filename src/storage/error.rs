//! Database errors, classified by what callers can do about them.

use sqlx::{error::DatabaseError, postgres::PgDatabaseError};

#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// Optimistic locking failed: another transaction wrote first. Read again, then decide again.
    #[error("the row has changed since it was read")]
    Stale,
    /// A uniqueness constraint is violated.
    #[error("it is there already ({constraint})")]
    Duplicate { constraint: String },
    /// A row holds what no version of this program writes.
    #[error("{table}.{column} holds what this program does not know: {value}")]
    Inconsistent { table: &'static str, column: &'static str, value: String },
    /// A commit after an error that had already rolled the transaction back.
    #[error("nothing was saved, because something failed before")]
    RolledBack,
    #[error("the database is busy or out of reach: {0}")]
    Unavailable(#[source] sqlx::Error),
    /// The disk is full, broken or read-only, or the server is a standby. Reads may still succeed.
    #[error("the database cannot be written: {0}")]
    Unwritable(#[source] sqlx::Error),
    #[error("the database refused: {0}")]
    Driver(#[source] sqlx::Error),
    /// PostgreSQL's name of the encoding. It cannot store all of Unicode.
    #[error(
        "its encoding is {0}, which lacks most signs: use a database made with ENCODING 'UTF8' TEMPLATE template0"
    )]
    Encoding(String),
    /// The database has migrations that this program does not know.
    #[error("a newer duo-console made the database what it is (schema {0}): use that one")]
    NewerSchema(i64),
    #[error("the migrations failed: {0}")]
    Migrate(#[source] sqlx::migrate::MigrateError),
    #[error("{what}: {source}")]
    Io { what: String, source: std::io::Error },
}

impl StorageError {
    /// Whether the database is at fault and not the request: the same request may succeed later.
    pub const fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Unwritable(_))
    }

    /// From an error at the beginning of a PostgreSQL transaction. No statement ran yet, so the request
    /// cannot be at fault: whatever the server says (login refused, database dropped), it counts as
    /// unavailable.
    pub(super) fn not_begun(error: sqlx::Error) -> Self {
        match Self::from(error) {
            Self::Driver(error) => Self::Unavailable(error),
            other => other,
        }
    }

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
                // PostgreSQL reports the constraint's name, SQLite the columns.
                let constraint =
                    database.constraint().map_or_else(|| database.message().to_owned(), str::to_owned);
                Self::Duplicate { constraint }
            }
            sqlx::Error::Database(database) => match trouble(database.as_ref()) {
                Some(Trouble::Away) => Self::Unavailable(error),
                Some(Trouble::Unwritable) => Self::Unwritable(error),
                None => Self::Driver(error),
            },
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => Self::Unavailable(error),
            _ => Self::Driver(error),
        }
    }
}

/// A condition of the database that is not the statement's fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    Away,
    Unwritable,
}

fn trouble(error: &dyn DatabaseError) -> Option<Trouble> {
    let code = error.code()?;
    if error.try_downcast_ref::<PgDatabaseError>().is_some() {
        postgres_trouble(&code)
    } else {
        code.parse().ok().and_then(sqlite_trouble)
    }
}

/// <https://www.postgresql.org/docs/current/errcodes-appendix.html>
fn postgres_trouble(code: &str) -> Option<Trouble> {
    match code {
        // Disk full; I/O error; a standby, or read-only.
        "53100" | "58030" | "25006" => Some(Trouble::Unwritable),
        // Serialization failure, deadlock, lock or statement timeout; timeouts of the transaction.
        "40001" | "40P01" | "55P03" | "57014" | "25P03" | "25P04" => Some(Trouble::Away),
        // Connection failure; insufficient resources; shutdown or startup.
        _ => ["08", "53", "57P"].iter().any(|class| code.starts_with(class)).then_some(Trouble::Away),
    }
}

/// <https://www.sqlite.org/rescode.html>. The low byte is the primary code, the rest extends it.
const fn sqlite_trouble(code: i32) -> Option<Trouble> {
    const BUSY: i32 = 5;
    const READONLY: i32 = 8;
    const IOERR: i32 = 10;
    const FULL: i32 = 13;
    const CANTOPEN: i32 = 14;
    const PROTOCOL: i32 = 15;
    match code & 0xff {
        BUSY | CANTOPEN | PROTOCOL => Some(Trouble::Away),
        READONLY | IOERR | FULL => Some(Trouble::Unwritable),
        _ => None,
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

    #[test]
    fn what_is_wrong_with_the_database_is_told_from_what_is_wrong_with_the_question() {
        let sqlite = [
            (5, Some(Trouble::Away)),          // busy
            (517, Some(Trouble::Away)),        // busy: the snapshot is old
            (14, Some(Trouble::Away)),         // cannot open the file
            (8, Some(Trouble::Unwritable)),    // read-only
            (1032, Some(Trouble::Unwritable)), // read-only: the file was moved
            (778, Some(Trouble::Unwritable)),  // a write failed
            (13, Some(Trouble::Unwritable)),   // full
            (1, None),                         // the SQL is wrong
            (11, None),                        // the file is damaged
            (787, None),                       // a reference to nothing
        ];
        for (code, expected) in sqlite {
            assert_eq!(sqlite_trouble(code), expected, "SQLite's {code}");
        }
        let postgres = [
            ("08006", Some(Trouble::Away)),       // the connection failed
            ("53300", Some(Trouble::Away)),       // too many connections
            ("57P01", Some(Trouble::Away)),       // shut down by an operator
            ("57P03", Some(Trouble::Away)),       // it starts
            ("57014", Some(Trouble::Away)),       // the statement took too long
            ("55P03", Some(Trouble::Away)),       // somebody else held a lock for too long
            ("25P03", Some(Trouble::Away)),       // the transaction was idle for too long
            ("53100", Some(Trouble::Unwritable)), // the disk is full
            ("25006", Some(Trouble::Unwritable)), // read-only
            ("42501", None),                      // not allowed
            ("42P01", None),                      // no such table
        ];
        for (code, expected) in postgres {
            assert_eq!(postgres_trouble(code), expected, "PostgreSQL's {code}");
        }
    }
}
