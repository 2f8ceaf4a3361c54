//! The database URL, and the settings of every connection.

use std::{fmt, net::IpAddr, path::Path, str::FromStr, time::Duration};

use sqlx::{
    postgres::{PgConnectOptions, PgSslMode},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

/// How long the migration of an SQLite database waits for another writer.
const PATIENCE: Duration = Duration::from_secs(5);

/// PostgreSQL's own timeouts, in milliseconds. A server process that freezes amid a transaction, for example
/// on a paused machine, would otherwise hold its locks and block everybody else.
const TIMEOUTS: [(&str, &str); 2] =
    [("statement_timeout", "5000"), ("idle_in_transaction_session_timeout", "5000")];

/// A parsed database URL. `Display` omits the password.
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
            Ok(Self::Postgres(options.application_name("duo-console").options(TIMEOUTS)))
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
    /// For PostgreSQL's own programs: host, port and user as arguments, and the name of the database. Never
    /// the password. `None` for SQLite.
    pub fn postgres_arguments(&self) -> Option<(String, String)> {
        let Self::Postgres(options) = self else { return None };
        let host =
            options.get_socket().map_or_else(|| options.get_host().to_owned(), |it| it.display().to_string());
        let arguments =
            format!("--host={host} --port={} --username={}", options.get_port(), options.get_username());
        Some((arguments, options.get_database().unwrap_or(options.get_username()).to_owned()))
    }

    /// Whether the connection to a remote PostgreSQL server is not authenticated: only `sslmode=verify-full`
    /// verifies the server, and modes below `require` may fall back to plain text.
    pub fn trusts_the_network(&self) -> bool {
        let Self::Postgres(options) = self else { return false };
        let host = options.get_host().trim_matches(['[', ']']);
        let here = options.get_socket().is_some()
            || host.starts_with('/')
            || host == "localhost"
            || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
        !here && !matches!(options.get_ssl_mode(), PgSslMode::VerifyFull)
    }

    /// The file of an SQLite database; `None` for PostgreSQL.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_server_elsewhere_has_to_show_who_it_is() {
        for (url, trusts) in [
            ("sqlite:///srv/duo.db", false),
            ("postgres://duo@localhost/duo", false),
            ("postgres://duo@127.0.0.1:5433/duo", false),
            ("postgres://duo@[::1]/duo", false),
            ("postgres://duo@%2Frun%2Fpostgresql/duo", false),
            ("postgres:///duo?host=/run/postgresql", false),
            ("postgres://duo@db.example/duo", true),
            ("postgres://duo@10.0.0.7/duo", true),
            ("postgres://duo@db.example/duo?sslmode=require", true),
            ("postgres://duo@db.example/duo?sslmode=verify-ca", true),
            ("postgres://duo@db.example/duo?sslmode=verify-full", false),
        ] {
            let parsed: DatabaseUrl = url.parse().expect("a database URL");
            assert_eq!(parsed.trusts_the_network(), trusts, "{url}");
        }
    }
}
