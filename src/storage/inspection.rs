//! Looking at a database without touching it: for `doctor`.

use sqlx::{
    postgres::PgPoolOptions,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};

use super::{
    DatabaseUrl, SchemaState, Storage, StorageError,
    database::Pool,
    schema::{APPLIED, judge_postgres, judge_sqlite},
};

/// What a PostgreSQL server says about itself.
#[derive(Debug, sqlx::FromRow)]
pub struct Server {
    /// As `server_version_num`: 150004 is 15.4.
    pub version: i32,
    pub clock_millis: i64,
    pub fsync: String,
    pub full_page_writes: String,
    pub synchronous_commit: String,
}

impl Storage {
    /// Opens the database as it is: it is neither made nor brought up to date, and cannot be written.
    pub async fn open_as_it_is(url: &DatabaseUrl) -> Result<Self, StorageError> {
        let pool = match url {
            DatabaseUrl::Sqlite(options) => {
                let plain =
                    SqliteConnectOptions::new().filename(options.get_filename()).pragma("query_only", "1");
                let pool = SqlitePoolOptions::new().max_connections(2).connect_with(plain).await?;
                Pool::Sqlite { readers: pool.clone(), writer: pool.clone(), watcher: pool }
            }
            DatabaseUrl::Postgres(options) => {
                let read_only = options.clone().options([("default_transaction_read_only", "on")]);
                Pool::Postgres(PgPoolOptions::new().max_connections(2).connect_with(read_only).await?)
            }
        };
        Ok(Self::new(pool))
    }

    /// How the schema stands to this program's.
    pub async fn schema_state(&self) -> Result<SchemaState, StorageError> {
        match &self.pool {
            Pool::Sqlite { readers, .. } => {
                let table =
                    "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = '_sqlx_migrations'";
                let tables: i64 = sqlx::query_scalar(table).fetch_one(readers).await?;
                if tables == 0 {
                    return Ok(SchemaState::Empty);
                }
                Ok(judge_sqlite(&sqlx::query_as(APPLIED).fetch_all(readers).await?))
            }
            Pool::Postgres(pool) => {
                let table = "SELECT to_regclass('_sqlx_migrations') IS NOT NULL";
                if !sqlx::query_scalar(table).fetch_one(pool).await? {
                    return Ok(SchemaState::Empty);
                }
                Ok(judge_postgres(&sqlx::query_as(APPLIED).fetch_all(pool).await?))
            }
        }
    }

    /// What SQLite finds wrong with the file; `None` when nothing, or when it is not SQLite's.
    pub async fn damage(&self) -> Result<Option<String>, StorageError> {
        let Pool::Sqlite { readers, .. } = &self.pool else { return Ok(None) };
        let found: Vec<String> = sqlx::query_scalar("PRAGMA quick_check(3)").fetch_all(readers).await?;
        Ok((found != ["ok"]).then(|| found.join("; ")))
    }

    /// How SQLite keeps what is committed: `wal`, unless somebody changed it. `None` on PostgreSQL.
    pub async fn journal_mode(&self) -> Result<Option<String>, StorageError> {
        let Pool::Sqlite { readers, .. } = &self.pool else { return Ok(None) };
        Ok(Some(sqlx::query_scalar("PRAGMA journal_mode").fetch_one(readers).await?))
    }

    /// What the PostgreSQL server says about itself; `None` on SQLite.
    pub async fn server(&self) -> Result<Option<Server>, StorageError> {
        const SERVER: &str = "SELECT current_setting('server_version_num')::int AS version, CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) AS clock_millis, current_setting('fsync') AS fsync, current_setting('full_page_writes') AS full_page_writes, current_setting('synchronous_commit') AS synchronous_commit";
        let Pool::Postgres(pool) = &self.pool else { return Ok(None) };
        Ok(Some(sqlx::query_as(SERVER).fetch_one(pool).await?))
    }
}
