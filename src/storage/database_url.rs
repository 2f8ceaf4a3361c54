//! Which database: read from its URL, with the settings that every connection has.

use std::{fmt, path::Path, str::FromStr};

use sqlx::{
    postgres::PgConnectOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use super::database::PATIENCE;

/// Which database: parsed once, printed without its password.
#[derive(Clone)]
pub enum DatabaseUrl {
    Sqlite(SqliteConnectOptions),
    Postgres(PgConnectOptions),
}

#[derive(Debug, thiserror::Error)]
pub enum DatabaseUrlError {
    #[error("a database URL begins with sqlite:// or postgres://")]
    Scheme,
    #[error("a database in memory would be gone with its connection: name a file")]
    InMemory,
    #[error("not a database URL that can be read: {0}")]
    Options(#[source] sqlx::Error),
}

impl FromStr for DatabaseUrl {
    type Err = DatabaseUrlError;

    fn from_str(url: &str) -> Result<Self, Self::Err> {
        if url.starts_with("sqlite:") {
            if url.contains(":memory:") || url.contains("mode=memory") {
                return Err(DatabaseUrlError::InMemory);
            }
            let options: SqliteConnectOptions = url.parse().map_err(DatabaseUrlError::Options)?;
            let options = options
                .create_if_missing(true)
                .foreign_keys(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(PATIENCE);
            Ok(Self::Sqlite(options))
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let options: PgConnectOptions = url.parse().map_err(DatabaseUrlError::Options)?;
            let options = options.application_name("duo-console").options([("statement_timeout", "5000")]);
            Ok(Self::Postgres(options))
        } else {
            Err(DatabaseUrlError::Scheme)
        }
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(options) => write!(f, "SQLite at {}", options.get_filename().display()),
            Self::Postgres(options) => write!(
                f,
                "PostgreSQL database {} at {}:{}",
                options.get_database().unwrap_or("postgres"),
                options.get_host(),
                options.get_port()
            ),
        }
    }
}

impl DatabaseUrl {
    /// How PostgreSQL's own programs are told where the database is, but for its name and password.
    pub fn postgres_arguments(&self) -> Option<(String, String)> {
        let Self::Postgres(options) = self else { return None };
        let host =
            options.get_socket().map_or_else(|| options.get_host().to_owned(), |it| it.display().to_string());
        let arguments =
            format!("--host={host} --port={} --username={}", options.get_port(), options.get_username());
        Some((arguments, options.get_database().unwrap_or(options.get_username()).to_owned()))
    }

    /// The file of an SQLite database.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Sqlite(options) => Some(options.get_filename()),
            Self::Postgres(_) => None,
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
