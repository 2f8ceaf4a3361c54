//! Looking at a database without touching it: for `doctor`.

use sqlx::{
    Executor,
    postgres::PgPoolOptions,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};

use super::{
    DatabaseUrl, SchemaState, Storage, StorageError,
    database::{POSTGRES_MIGRATIONS, Pool, holds_every_sign},
    schema::{APPLIED, judge_postgres, judge_sqlite},
};

/// What a PostgreSQL server says about itself, this database and this role.
#[derive(Debug, sqlx::FromRow)]
pub struct Server {
    /// As `server_version_num`: 150004 is 15.4.
    pub version: i32,
    pub clock_millis: i64,
    pub fsync: String,
    pub full_page_writes: String,
    pub synchronous_commit: String,
    /// Of the database: `UTF8`, unless somebody wanted another one.
    pub encoding: String,
    /// Whether it is a standby.
    pub in_recovery: bool,
    /// `on` where the database or the role is set to take no changes.
    pub read_only: String,
    pub role: String,
    /// Where tables are made; `None` where there is no such schema.
    pub schema: Option<String>,
    pub may_create: bool,
    /// Our tables that the role may not read and change, with commas between them. What is append-only is
    /// kept so by triggers, whatever the role may do.
    pub closed_tables: Option<String>,
}

impl Server {
    /// Whether the database can hold whatever people write.
    pub fn holds_every_sign(&self) -> bool {
        holds_every_sign(&self.encoding)
    }
}

impl Storage {
    /// Opens the database as it is: it is neither made nor brought up to date, and cannot be written.
    pub async fn open_as_it_is(url: &DatabaseUrl) -> Result<Self, StorageError> {
        const READ_ONLY: &str = "SET default_transaction_read_only = on";
        let pool: Pool = match url {
            DatabaseUrl::Sqlite(options) => {
                let plain =
                    SqliteConnectOptions::new().filename(options.get_filename()).pragma("query_only", "1");
                SqlitePoolOptions::new().max_connections(2).connect_with(plain).await?.into()
            }
            DatabaseUrl::Postgres(options) => {
                // Afterwards, so that the server can still say how it would be without.
                let read_only = PgPoolOptions::new().max_connections(2).after_connect(|connection, _| {
                    Box::pin(async move { connection.execute(READ_ONLY).await.map(drop) })
                });
                read_only.connect_with(options.clone()).await?.into()
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
            Pool::Postgres { readers: pool, .. } => {
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
        // As it was before this connection was set to read only.
        const SERVER: &str = "SELECT current_setting('server_version_num')::int AS version, CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) AS clock_millis, current_setting('fsync') AS fsync, current_setting('full_page_writes') AS full_page_writes, current_setting('synchronous_commit') AS synchronous_commit, current_setting('server_encoding') AS encoding, pg_is_in_recovery() AS in_recovery, (SELECT reset_val FROM pg_settings WHERE name = 'default_transaction_read_only') AS read_only, current_user::text AS role, current_schema()::text AS schema, COALESCE(has_schema_privilege(current_schema(), 'CREATE'), FALSE) AS may_create, (SELECT string_agg(relname, ', ' ORDER BY relname) FROM pg_class WHERE relkind = 'r' AND relname = ANY($1) AND relnamespace = current_schema()::regnamespace AND NOT (has_table_privilege(oid, 'SELECT') AND has_table_privilege(oid, 'INSERT') AND has_table_privilege(oid, 'UPDATE') AND has_table_privilege(oid, 'DELETE'))) AS closed_tables";
        let Pool::Postgres { readers: pool, .. } = &self.pool else { return Ok(None) };
        Ok(Some(sqlx::query_as(SERVER).bind(our_tables()).fetch_one(pool).await?))
    }
}

/// The tables that the migrations make, and the one that sqlx keeps of these. Others in the schema are none of
/// our business.
fn our_tables() -> Vec<&'static str> {
    let mut tables = vec!["_sqlx_migrations"];
    for migration in POSTGRES_MIGRATIONS.iter() {
        let words: Vec<&str> = migration.sql.as_str().split_whitespace().collect();
        for three in words.windows(3) {
            match three {
                ["CREATE", "TABLE", name] => tables.push(name),
                ["DROP", "TABLE", name] => tables.retain(|it| *it != name.trim_end_matches(';')),
                _ => {}
            }
        }
    }
    tables
}
