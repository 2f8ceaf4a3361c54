//! Opening a database: which one, with which settings, brought up to date.

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
    /// What was applied, as sqlx keeps it.
    APPLIED_MIGRATIONS = "SELECT version, checksum FROM _sqlx_migrations WHERE success";
}

/// Only PostgreSQL has it.
const ENCODING: &str = "SELECT current_setting('server_encoding')";

static SQLITE_MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");
pub(super) static POSTGRES_MIGRATIONS: Migrator = sqlx::migrate!("migrations/postgres");

/// How long a request waits for its transaction. What is left of it when that begins is how long it waits,
/// on PostgreSQL, for each lock that somebody else holds: whoever wants to change something that cannot be
/// changed hears of it within a second of whatever holds it up.
const BEGUN_WITHIN: Duration = Duration::from_millis(900);

/// However late it is, so long a lock is waited for: others hold one for as long as a commit takes.
const LEAST_FOR_A_LOCK: Duration = Duration::from_millis(100);

/// How often a start that waits for PostgreSQL tries.
const KNOCK_EVERY: Duration = Duration::from_secs(1);

/// How the connections of a pool are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolUse {
    pub name: &'static str,
    /// So many it may have.
    pub most: u32,
    /// Open, and waiting for work.
    pub idle: u32,
    /// At work.
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
    /// SQLite has one writer at a time; readers go on beside it (WAL).
    Sqlite {
        readers: SqlitePool,
        writer: SqlitePool,
        /// One connection, for [`Storage::watch`].
        watcher: SqlitePool,
    },
    /// Whoever waits for a lock has a connection meanwhile, and whoever stopped waiting leaves one that
    /// waits on. Those who write have their own, so that none of it is taken from those who read.
    Postgres { readers: PgPool, writers: PgPool },
}

impl From<SqlitePool> for Pool {
    /// One for everything.
    fn from(pool: SqlitePool) -> Self {
        Self::Sqlite { readers: pool.clone(), writer: pool.clone(), watcher: pool }
    }
}

impl From<PgPool> for Pool {
    /// One for everything.
    fn from(pool: PgPool) -> Self {
        Self::Postgres { readers: pool.clone(), writers: pool }
    }
}

impl Storage {
    /// Opens the database and applies the migrations that it lacks. Safe when several servers do so
    /// at once: PostgreSQL takes an advisory lock, for SQLite a file beside the database is locked.
    pub async fn open(url: &DatabaseUrl, max_connections: u32) -> Result<Self, StorageError> {
        Self::open_with_patience(url, max_connections, BEGUN_WITHIN).await
    }

    /// The same, with another time that a request waits for its transaction: a command, or a test beside
    /// many others on a busy machine, is in no hurry.
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

    /// Waits until PostgreSQL can be reached: when a machine starts, nobody knows who is first. What
    /// else is wrong is for [`Storage::open`] to say, and so is that the time was not enough.
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
        // Without the limit of a request: a migration may take long, and so may waiting for the server
        // that runs it.
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
        // When a disk is full, SQLite rolls back by itself; sqlx then fails to roll back once more, and
        // holds the connection for one with a transaction open for ever. It is replaced.
        let pool = SqlitePoolOptions::new()
            .acquire_timeout(patience)
            // It lies in this process: a question whether it still answers costs each transaction the way
            // there and back, and sqlx asks when a connection comes back.
            .test_before_acquire(false)
            .before_acquire(|connection, _| Box::pin(async { Ok(!connection.is_in_transaction()) }));
        // Never given up: `restore` sees by it that a server runs.
        let lasting = pool.clone().max_connections(1).idle_timeout(None).max_lifetime(None);
        let writer = lasting.clone().connect_with(options.clone()).await?;
        let reading = options.pragma("query_only", "1");
        // The file is there. Made anew it would be another database.
        let watcher = lasting.connect_lazy_with(reading.clone().create_if_missing(false));
        let readers = pool.max_connections(max_connections).connect_with(reading).await?;
        drop(lock);
        Ok(Self::new(Pool::Sqlite { readers, writer, watcher }))
    }

    pub(super) fn new(pool: Pool) -> Self {
        Self { pool, changes: Changes::default() }
    }

    /// Whether what was read before is still so; known while [`Storage::watch`] runs.
    pub fn changes(&self) -> &Changes {
        &self.changes
    }

    /// Watches for changes of whichever process, until it is dropped.
    pub fn watch(&self) -> impl Future<Output = ()> + Send + 'static {
        let database = match &self.pool {
            Pool::Sqlite { watcher, .. } => WatchedDatabase::Sqlite(watcher.clone()),
            Pool::Postgres { readers, .. } => WatchedDatabase::Postgres(readers.connect_options()),
        };
        watch(database, self.changes.clone())
    }

    /// A consistent view for reading. Nothing can be written in it.
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

    /// How long a request waits for its transaction. A server that hangs does not refuse connections.
    fn patience(&self) -> Duration {
        match &self.pool {
            Pool::Sqlite { writer, .. } => writer.options().get_acquire_timeout(),
            Pool::Postgres { writers, .. } => writers.options().get_acquire_timeout(),
        }
    }

    /// A transaction for writing.
    pub async fn begin(&self) -> Result<UnitOfWork, StorageError> {
        self.begin_within(self.patience()).await
    }

    /// The same for what may as well be left undone: it waits for nobody who holds changes up.
    pub async fn begin_if_free(&self) -> Result<UnitOfWork, StorageError> {
        self.begin_within(LEAST_FOR_A_LOCK).await
    }

    #[tracing::instrument(level = "debug", skip_all)]
    async fn begin_within(&self, patience: Duration) -> Result<UnitOfWork, StorageError> {
        let pool = self.pool.clone();
        let asked = Instant::now();
        begin(patience, self.changes.clone(), async move {
            Ok(match pool {
                // At once, so that a read that is followed by a write never finds itself out of date.
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

    /// Whether something could be changed now: it takes and leaves what every change needs.
    pub async fn can_be_changed(&self) -> Result<(), StorageError> {
        self.begin().await?.audit_chain().lock().await.map(drop)
    }

    /// Whether the statement fits the schema as it is.
    pub(super) async fn prepare(&self, sql: &'static str) -> Result<(), StorageError> {
        let sql = sql.into_sql_str();
        match &self.pool {
            Pool::Sqlite { writer, .. } => writer.prepare(sql).await.map(drop)?,
            Pool::Postgres { readers, .. } => readers.prepare(sql).await.map(drop)?,
        }
        Ok(())
    }

    /// The number of the last migration: opening the database applied all up to it.
    pub fn schema_version(&self) -> i64 {
        self.migrations().iter().map(|migration| migration.version).max().unwrap_or(0)
    }

    fn migrations(&self) -> &'static Migrator {
        match &self.pool {
            Pool::Sqlite { .. } => &SQLITE_MIGRATIONS,
            Pool::Postgres { .. } => &POSTGRES_MIGRATIONS,
        }
    }

    /// The numbers of the migrations of this program that the database lacks, or has with other
    /// content. Those of a newer program, which are none of ours, do not count: during an upgrade old
    /// and new servers run side by side.
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

    /// How the connections are used at this moment, pool by pool.
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

    /// Waits for what is under way, then closes every connection.
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

/// The numbers and checksums of the program's migrations, in their order.
pub(super) fn known_migrations(sqlite: bool) -> Vec<(i64, &'static [u8])> {
    let migrations = if sqlite { &SQLITE_MIGRATIONS } else { &POSTGRES_MIGRATIONS };
    migrations.iter().map(|it| (it.version, &*it.checksum)).collect()
}

/// Whether a PostgreSQL database of this encoding can hold whatever people write. `SQL_ASCII` keeps the
/// bytes as they are.
pub(super) fn holds_every_sign(encoding: &str) -> bool {
    matches!(encoding, "UTF8" | "SQL_ASCII")
}

/// Begins a transaction whatever becomes of the caller. A request can be dropped at any moment; a
/// BEGIN that was dropped half-way would leave its connection in the pool with a transaction open,
/// which sqlx does not know of and the next request would find itself in.
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

/// Holds the lock beside a database, which every opening takes first, until the file is dropped.
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
