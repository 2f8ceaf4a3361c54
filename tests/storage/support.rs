//! A separate database for each test, and direct access to it.

use std::{
    any::Any,
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use duo_console::storage::{DatabaseUrl, Storage, UnitOfWork};
use sqlx::{
    AssertSqlSafe, Connection, Executor, PgConnection,
    migrate::Migrator,
    postgres::{PgPool, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions},
};

/// How long a test waits for a connection while all tests run.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

/// A fresh database; it has no tables until it is opened.
#[derive(Clone)]
pub struct Database {
    pub backend: Backend,
    pub url: DatabaseUrl,
    /// The database URL.
    pub url_text: String,
    raw: Raw,
}

/// The test's own connections, which bypass the code under test.
#[derive(Clone)]
enum Raw {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

macro_rules! on_raw {
    ($raw:expr, |$pool:ident| $body:expr) => {
        match $raw {
            Raw::Sqlite($pool) => $body,
            Raw::Postgres($pool) => $body,
        }
    };
}

impl Database {
    /// A server's handle, with its own pools.
    pub async fn open(&self) -> Storage {
        Storage::open_with_patience(&self.url, 4, PATIENCE).await.expect("the database opens")
    }

    /// Executes a statement directly; the number of affected rows.
    pub async fn execute(&self, sql: &str) -> Result<u64, sqlx::Error> {
        on_raw!(&self.raw, |pool| pool
            .execute(AssertSqlSafe(sql.to_owned()))
            .await
            .map(|done| done.rows_affected()))
    }

    /// The single number that `sql` returns.
    pub async fn number(&self, sql: &str) -> i64 {
        let sql = AssertSqlSafe(sql.to_owned());
        on_raw!(&self.raw, |pool| sqlx::query_scalar(sql).fetch_one(pool).await).expect("a number")
    }

    /// The first column of every row that `sql` returns, as text.
    pub async fn texts(&self, sql: &str) -> Vec<String> {
        let sql = AssertSqlSafe(sql.to_owned());
        on_raw!(&self.raw, |pool| sqlx::query_scalar(sql).fetch_all(pool).await).expect("texts")
    }

    /// Applies the migrations up to this one, as an older release did.
    pub async fn migrate_to(&self, last: i64) {
        let older = |all: Migrator| {
            Migrator::with_migrations(all.iter().filter(|it| it.version <= last).cloned().collect())
        };
        match &self.raw {
            Raw::Sqlite(pool) => older(sqlx::migrate!("migrations/sqlite")).run(pool).await,
            Raw::Postgres(pool) => older(sqlx::migrate!("migrations/postgres")).run(pool).await,
        }
        .expect("they fit");
    }

    /// Holds the lock that every write needs, as a hanging program would, until it is dropped.
    pub async fn hold_changes(&self) -> Box<dyn Any + Send> {
        const HEAD: &str = "UPDATE audit_head SET position = position";
        match &self.raw {
            Raw::Sqlite(pool) => Box::new(pool.begin_with("BEGIN IMMEDIATE").await.expect("it begins")),
            Raw::Postgres(pool) => {
                let mut held = pool.begin().await.expect("it begins");
                held.execute(HEAD).await.expect("the head of the audit chain");
                Box::new(held)
            }
        }
    }

    /// Direct access to the SQLite database.
    pub fn sqlite(&self) -> &SqlitePool {
        match &self.raw {
            Raw::Sqlite(pool) => pool,
            Raw::Postgres(_) => panic!("this database is PostgreSQL"),
        }
    }

    /// Drops the CHECK constraints that keep unknown enumeration values out of the tables.
    pub async fn without_checks(&self) {
        match &self.raw {
            Raw::Sqlite(pool) => {
                pool.execute("PRAGMA ignore_check_constraints = ON").await.expect("a pragma");
            }
            Raw::Postgres(pool) => {
                const DROP_CHECKS: &str = "DO $$ DECLARE c record; BEGIN
                    FOR c IN SELECT conrelid::regclass AS place, conname FROM pg_constraint WHERE contype = 'c' AND conrelid <> 0
                    LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', c.place, c.conname); END LOOP; END $$";
                pool.execute(DROP_CHECKS).await.expect("the checks go");
            }
        }
    }
}

/// Runs a test on its own database, which is removed whether the test passes or fails.
pub fn run<F>(backend: Backend, test: impl FnOnce(Database) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime starts");
    let outcome = runtime.block_on(async {
        match backend {
            Backend::Sqlite => {
                let folder = tempfile::tempdir().expect("a folder for the database");
                let url_text = format!("sqlite://{}/duo.db", folder.path().display());
                let options: SqliteConnectOptions = url_text.parse().expect("a URL");
                let raw = SqlitePoolOptions::new()
                    .max_connections(1)
                    .connect_lazy_with(options.create_if_missing(true));
                let url = url_text.parse().expect("a database URL");
                let db = Database { backend, url, url_text, raw: Raw::Sqlite(raw) };
                tokio::spawn(test(db)).await
            }
            Backend::Postgres => {
                let server = postgres_url();
                let name = fresh_name();
                // A linguistic collation instead of byte order: the program must not depend on it.
                administer(
                    &server,
                    &format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C' LOCALE_PROVIDER icu ICU_LOCALE 'en-US'"),
                )
                .await;
                let url_text = on_database(&server, &name);
                let raw = PgPoolOptions::new()
                    .max_connections(1)
                    .connect_lazy(&url_text)
                    .expect("DUO_TEST_POSTGRES_URL is a URL");
                let url = url_text.parse().expect("a database URL");
                let db = Database { backend, url, url_text, raw: Raw::Postgres(raw) };
                let outcome = tokio::spawn(test(db)).await;
                administer(&server, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
                outcome
            }
        }
    });
    if let Err(failure) = outcome {
        std::panic::resume_unwind(failure.into_panic());
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads where PostgreSQL is")]
fn postgres_url() -> String {
    std::env::var("DUO_TEST_POSTGRES_URL").unwrap_or_else(|_| {
        panic!("DUO_TEST_POSTGRES_URL names no PostgreSQL server: `make test-storage` sets it up and runs these tests")
    })
}

/// A name that is unique among tests and runs.
pub fn fresh_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("duo_test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// Runs a statement on the server's own database.
async fn administer(server: &str, sql: &str) {
    let mut connection = PgConnection::connect(server).await.expect("the PostgreSQL server answers");
    connection.execute(AssertSqlSafe(sql.to_owned())).await.expect(sql);
    connection.close().await.expect("the connection closes");
}

/// The server's URL with another database name.
fn on_database(server: &str, name: &str) -> String {
    let (server, query) = server.split_once('?').map_or((server, None), |(url, query)| (url, Some(query)));
    let (host, _) = server.rsplit_once('/').expect("the URL names a database");
    query.map_or_else(|| format!("{host}/{name}"), |query| format!("{host}/{name}?{query}"))
}

/// Runs the tasks concurrently; their results.
pub async fn at_once<T, F>(tasks: impl IntoIterator<Item = F>) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let tasks: Vec<_> = tasks.into_iter().collect();
    let start = Arc::new(tokio::sync::Barrier::new(tasks.len()));
    let running: Vec<_> = tasks
        .into_iter()
        .map(|task| {
            let start = Arc::clone(&start);
            tokio::spawn(async move {
                start.wait().await;
                task.await
            })
        })
        .collect();
    let mut results = Vec::with_capacity(running.len());
    for task in running {
        results.push(task.await.expect("the task ends"));
    }
    results
}

/// Runs `body` in a unit of work and commits it.
pub async fn committed<T>(storage: &Storage, body: impl AsyncFnOnce(&mut UnitOfWork) -> T) -> T {
    let mut uow = storage.begin().await.expect("a unit of work begins");
    let result = body(&mut uow).await;
    uow.commit().await.expect("it commits");
    result
}
