//! Opening a database: settings, connection pools and migrations.

use std::{fs::File, io, path::Path, time::Duration};

use sqlx::{
    AssertSqlSafe, Connection, Executor, SqlSafeStr,
    migrate::{Migration, Migrator},
    postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions},
};
use tokio::time::{self, Instant};

use super::{
    Changes, DatabaseUrl, StorageError, UnitOfWork, audit_chain,
    changes::{WatchedDatabase, watch},
    files::{make_privately, open_lock, with_ending},
    statements,
    to_its_end::ToItsEnd,
    unit_of_work::Transaction,
};

statements! {
    /// The applied migrations, from sqlx's table.
    APPLIED_MIGRATIONS = "SELECT version, checksum FROM _sqlx_migrations WHERE success";
}

/// PostgreSQL only.
const ENCODING: &str = "SELECT current_setting('server_encoding')";

static SQLITE_MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");
pub(super) static POSTGRES_MIGRATIONS: Migrator = sqlx::migrate!("migrations/postgres");

/// How long a request waits for its transaction to begin. On PostgreSQL, what is left of it then becomes
/// `lock_timeout`: a change that is blocked fails within about a second.
const BEGUN_WITHIN: Duration = Duration::from_millis(900);

/// The minimum `lock_timeout`, however late a transaction begins: locks are held for the length of a commit.
const LEAST_FOR_A_LOCK: Duration = Duration::from_millis(100);

/// The retry interval while waiting for PostgreSQL to start.
const KNOCK_EVERY: Duration = Duration::from_secs(1);

/// Connection usage of a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolUse {
    pub name: &'static str,
    /// Maximum size.
    pub most: u32,
    /// Open and idle.
    pub idle: u32,
    /// In use.
    pub in_use: u32,
}

/// An open database. Cheap to clone.
#[derive(Clone)]
pub struct Storage {
    pub(super) pool: Pool,
    changes: Changes,
}

#[derive(Clone)]
pub(super) enum Pool {
    /// SQLite: a single writer, with concurrent readers (WAL).
    Sqlite {
        readers: SqlitePool,
        writer: SqlitePool,
        /// A single connection, for [`Storage::watch`].
        watcher: SqlitePool,
    },
    /// A transaction that waits for a lock occupies a connection, even after its caller gave up. Writers have
    /// a pool of their own, so that they cannot starve readers.
    Postgres { readers: PgPool, writers: PgPool },
}

impl From<SqlitePool> for Pool {
    /// One pool for everything.
    fn from(pool: SqlitePool) -> Self {
        Self::Sqlite { readers: pool.clone(), writer: pool.clone(), watcher: pool }
    }
}

impl From<PgPool> for Pool {
    /// One pool for everything.
    fn from(pool: PgPool) -> Self {
        Self::Postgres { readers: pool.clone(), writers: pool }
    }
}

impl Storage {
    /// Opens the database and applies pending migrations. Safe with several servers at once: PostgreSQL takes
    /// an advisory lock, SQLite locks a file beside the database.
    pub async fn open(url: &DatabaseUrl, max_connections: u32) -> Result<Self, StorageError> {
        Self::open_with_patience(url, max_connections, BEGUN_WITHIN).await
    }

    /// [`Storage::open`] with another time to wait for a transaction, for commands and for tests on a busy
    /// machine.
    pub async fn open_with_patience(
        url: &DatabaseUrl,
        max_connections: u32,
        patience: Duration,
    ) -> Result<Self, StorageError> {
        match url {
            DatabaseUrl::Sqlite(options) => Self::open_sqlite(options, max_connections, patience).await,
            DatabaseUrl::Postgres(options) => Self::open_postgres(options, max_connections, patience).await,
        }
    }

    /// Waits until PostgreSQL accepts connections, at most `at_most`, as it may start after this program. Any
    /// error, a timeout included, is left to [`Storage::open`].
    pub async fn wait_for(url: &DatabaseUrl, at_most: Duration) {
        let DatabaseUrl::Postgres(options) = url else { return };
        let reached = async {
            while let Err(error) = PgConnection::connect_with(options).await.map_err(StorageError::from)
                && error.is_unavailable()
            {
                tracing::warn!(%error, "waiting for the database");
                time::sleep(KNOCK_EVERY).await;
            }
        };
        let _ = time::timeout(at_most, reached).await;
    }

    async fn open_postgres(
        options: &PgConnectOptions,
        max_connections: u32,
        patience: Duration,
    ) -> Result<Self, StorageError> {
        // Without the statement timeout of requests: a migration may take long, and so may waiting for
        // another server to run it.
        let unhurried = options.clone().options([("statement_timeout", "0")]);
        let migrating = PgPoolOptions::new().max_connections(1).connect_with(unhurried).await?;
        let migrated = async {
            let encoding: String = sqlx::query_scalar(ENCODING).fetch_one(&migrating).await?;
            if !holds_every_sign(&encoding) {
                return Err(StorageError::Encoding(encoding));
            }
            POSTGRES_MIGRATIONS.run(&migrating).await?;
            audit_chain::seal_what_is_older(Self::new(migrating.clone().into()).begin().await?).await
        }
        .await;
        migrating.close().await;
        migrated?;
        let writing = (max_connections / 2).max(1);
        let pool = PgPoolOptions::new().acquire_timeout(patience);
        let writers = pool.clone().max_connections(writing).connect_with(options.clone()).await?;
        let reading = max_connections.saturating_sub(writing).max(1);
        let readers = pool.max_connections(reading).connect_with(options.clone()).await?;
        Ok(Self::new(Pool::Postgres { readers, writers }))
    }

    async fn open_sqlite(
        options: &SqliteConnectOptions,
        max_connections: u32,
        patience: Duration,
    ) -> Result<Self, StorageError> {
        let file = options.get_filename().to_owned();
        if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(|source| StorageError::Io {
                what: format!("cannot make the folder {}", folder.display()),
                source,
            })?;
        }
        let lock = lock_beside(&file).await?;
        make_privately(&file)?;
        let migrating = SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await?;
        let migrated = async {
            SQLITE_MIGRATIONS.run(&migrating).await?;
            audit_chain::seal_what_is_older(Self::new(migrating.clone().into()).begin().await?).await
        }
        .await;
        migrating.close().await;
        migrated?;
        let options = options.clone().busy_timeout(patience);
        // When a disk is full, SQLite rolls back by itself; the rollback of sqlx then fails, and it keeps
        // believing that the connection has an open transaction. Such a connection is replaced.
        let pool = SqlitePoolOptions::new()
            .acquire_timeout(patience)
            // SQLite runs in this process: a liveness check before each transaction would cost a round trip
            // to the connection's thread, and sqlx already does one when a connection is returned.
            .test_before_acquire(false)
            .before_acquire(|connection, _| Box::pin(async { Ok(!connection.is_in_transaction()) }));
        // Never closed, because `restore` detects running servers by it.
        let lasting = pool.clone().max_connections(1).idle_timeout(None).max_lifetime(None);
        let writer = lasting.clone().connect_with(options.clone()).await?;
        let reading = options.pragma("query_only", "1");
        // The file exists by now. A file created anew would be another database.
        let watcher = lasting.connect_lazy_with(reading.clone().create_if_missing(false));
        let readers = pool.max_connections(max_connections).connect_with(reading).await?;
        drop(lock);
        Ok(Self::new(Pool::Sqlite { readers, writer, watcher }))
    }

    pub(super) fn new(pool: Pool) -> Self {
        Self { pool, changes: Changes::default() }
    }

    /// Tracks changes for cache invalidation, while [`Storage::watch`] runs.
    pub fn changes(&self) -> &Changes {
        &self.changes
    }

    /// Watches for changes by any process, until dropped.
    pub fn watch(&self) -> impl Future<Output = ()> + Send + 'static {
        let database = match &self.pool {
            Pool::Sqlite { watcher, .. } => WatchedDatabase::Sqlite(watcher.clone()),
            Pool::Postgres { readers, .. } => WatchedDatabase::Postgres(readers.connect_options()),
        };
        watch(database, self.changes.clone())
    }

    /// A read-only transaction with a consistent snapshot.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn read(&self) -> Result<UnitOfWork, StorageError> {
        let pool = self.pool.clone();
        begin(self.patience(), self.changes.clone(), async move {
            Ok(match pool {
                Pool::Sqlite { readers, .. } => Transaction::Sqlite(readers.begin().await?),
                Pool::Postgres { readers, .. } => {
                    let begun = readers.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await;
                    Transaction::Postgres(begun.map_err(StorageError::not_begun)?)
                }
            })
        })
        .await
    }

    /// How long a request waits for its transaction. Needed because a server that hangs still accepts
    /// connections.
    fn patience(&self) -> Duration {
        match &self.pool {
            Pool::Sqlite { writer, .. } => writer.options().get_acquire_timeout(),
            Pool::Postgres { writers, .. } => writers.options().get_acquire_timeout(),
        }
    }

    /// A read-write transaction.
    pub async fn begin(&self) -> Result<UnitOfWork, StorageError> {
        self.begin_within(self.patience()).await
    }

    /// [`Storage::begin`] for optional writes: gives up almost at once when locks are held.
    pub async fn begin_if_free(&self) -> Result<UnitOfWork, StorageError> {
        self.begin_within(LEAST_FOR_A_LOCK).await
    }

    #[tracing::instrument(level = "debug", skip_all)]
    async fn begin_within(&self, patience: Duration) -> Result<UnitOfWork, StorageError> {
        let pool = self.pool.clone();
        let asked = Instant::now();
        begin(patience, self.changes.clone(), async move {
            Ok(match pool {
                // `IMMEDIATE`, so that a read followed by a write never fails on an outdated snapshot.
                Pool::Sqlite { writer, .. } => {
                    Transaction::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?)
                }
                Pool::Postgres { writers, .. } => {
                    let mut begun = writers.begin().await.map_err(StorageError::not_begun)?;
                    let left = patience.saturating_sub(asked.elapsed()).max(LEAST_FOR_A_LOCK);
                    let limit = format!("SET LOCAL lock_timeout = {}", left.as_millis());
                    begun.execute(AssertSqlSafe(limit)).await?;
                    Transaction::Postgres(begun)
                }
            })
        })
        .await
    }

    /// Whether writes are possible now: takes and releases the lock that every write needs.
    pub async fn can_be_changed(&self) -> Result<(), StorageError> {
        self.begin().await?.audit_chain().lock().await.map(drop)
    }

    /// Checks the statement against the schema.
    pub(super) async fn prepare(&self, sql: &'static str) -> Result<(), StorageError> {
        let sql = sql.into_sql_str();
        match &self.pool {
            Pool::Sqlite { writer, .. } => writer.prepare(sql).await.map(drop)?,
            Pool::Postgres { readers, .. } => readers.prepare(sql).await.map(drop)?,
        }
        Ok(())
    }

    /// The version of the last migration in this program; opening the database has applied it.
    pub fn schema_version(&self) -> i64 {
        self.migrations().iter().map(|migration| migration.version).max().unwrap_or(0)
    }

    /// `SQLite` or `PostgreSQL`.
    pub fn database_name(&self) -> &'static str {
        match &self.pool {
            Pool::Sqlite { .. } => "SQLite",
            Pool::Postgres { .. } => "PostgreSQL",
        }
    }

    fn migrations(&self) -> &'static Migrator {
        match &self.pool {
            Pool::Sqlite { .. } => &SQLITE_MIGRATIONS,
            Pool::Postgres { .. } => &POSTGRES_MIGRATIONS,
        }
    }

    /// Versions of this program's migrations that the database lacks or has with another checksum. Migrations
    /// of a newer program are ignored: during an upgrade, old and new servers run side by side.
    pub async fn missing_migrations(&self) -> Result<Vec<i64>, StorageError> {
        let applied: Vec<(i64, Vec<u8>)> = match &self.pool {
            Pool::Sqlite { readers, .. } => sqlx::query_as(APPLIED_MIGRATIONS).fetch_all(readers).await?,
            Pool::Postgres { readers, .. } => sqlx::query_as(APPLIED_MIGRATIONS).fetch_all(readers).await?,
        };
        let is_applied = |migration: &Migration| {
            let same = |(version, checksum): &(i64, Vec<u8>)| {
                *version == migration.version && checksum[..] == migration.checksum[..]
            };
            applied.iter().any(same)
        };
        Ok(self.migrations().iter().filter(|it| !is_applied(it)).map(|it| it.version).collect())
    }

    /// The current connection usage of each pool.
    pub fn pools(&self) -> Vec<PoolUse> {
        fn of<DB: sqlx::Database>(name: &'static str, pool: &sqlx::Pool<DB>) -> PoolUse {
            let (size, idle) = (pool.size(), u32::try_from(pool.num_idle()).unwrap_or(u32::MAX));
            let most = pool.options().get_max_connections();
            PoolUse { name, most, idle: idle.min(size), in_use: size.saturating_sub(idle) }
        }
        match &self.pool {
            Pool::Sqlite { readers, writer, .. } => vec![of("readers", readers), of("writer", writer)],
            Pool::Postgres { readers, writers } => vec![of("readers", readers), of("writers", writers)],
        }
    }

    /// Waits for open transactions, then closes all connections.
    pub async fn close(&self) {
        match &self.pool {
            Pool::Sqlite { readers, writer, watcher } => {
                watcher.close().await;
                readers.close().await;
                writer.close().await;
            }
            Pool::Postgres { readers, writers } => {
                readers.close().await;
                writers.close().await;
            }
        }
    }
}

/// Versions and checksums of this program's migrations, in order.
pub(super) fn known_migrations(sqlite: bool) -> Vec<(i64, &'static [u8])> {
    let migrations = if sqlite { &SQLITE_MIGRATIONS } else { &POSTGRES_MIGRATIONS };
    migrations.iter().map(|it| (it.version, &*it.checksum)).collect()
}

/// Whether a PostgreSQL database with this encoding can store all of Unicode. `SQL_ASCII` stores bytes
/// unchanged.
pub(super) fn holds_every_sign(encoding: &str) -> bool {
    matches!(encoding, "UTF8" | "SQL_ASCII")
}

/// Begins a transaction, and completes that even if the request is dropped. A cancelled BEGIN would return
/// its connection to the pool with an open transaction that sqlx does not know of, for the next request to
/// find.
async fn begin(
    patience: Duration,
    changes: Changes,
    transaction: impl Future<Output = Result<Transaction, StorageError>> + Send + 'static,
) -> Result<UnitOfWork, StorageError> {
    let begun = match time::timeout(patience, ToItsEnd::of(transaction)).await {
        Ok(begun) => begun,
        Err(_) => Err(sqlx::Error::PoolTimedOut.into()),
    };
    let (unsealed, unwritten) = Default::default();
    Ok(UnitOfWork { transaction: begun?, failed: false, unsealed, unwritten, changes })
}

/// Holds the lock file beside a database, which every opening takes first, until dropped.
pub(super) async fn lock_beside(database: &Path) -> Result<File, StorageError> {
    let path = with_ending(database, ".lock");
    let what = format!("cannot lock {}", path.display());
    let database = database.to_owned();
    let locked = tokio::task::spawn_blocking(move || {
        let file = open_lock(&path, &database)?;
        file.lock()?;
        Ok(file)
    });
    match locked.await {
        Ok(Ok(file)) => Ok(file),
        Ok(Err(source)) => Err(StorageError::Io { what, source }),
        Err(panic) => Err(StorageError::Io { what, source: io::Error::other(panic) }),
    }
}
