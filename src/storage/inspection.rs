//! Read-only inspection of a database, for `doctor`.

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

/// Properties of a PostgreSQL server, database and role.
#[derive(Debug, sqlx::FromRow)]
pub struct Server {
    /// `server_version_num`: 150004 is 15.4.
    pub version: i32,
    pub clock_millis: i64,
    pub fsync: String,
    pub full_page_writes: String,
    pub synchronous_commit: String,
    /// The database's encoding, usually `UTF8`.
    pub encoding: String,
    /// Whether it is a standby.
    pub in_recovery: bool,
    /// `on` where database or role default to read-only transactions.
    pub read_only: String,
    pub role: String,
    /// The schema for new tables; `None` when it does not exist.
    pub schema: Option<String>,
    pub may_create: bool,
    /// Tables of this program that the role cannot read and write, separated by commas. Append-only tables
    /// are protected by triggers, not by privileges.
    pub closed_tables: Option<String>,
}

impl Server {
    /// Whether the database can store all of Unicode.
    pub fn holds_every_sign(&self) -> bool {
        holds_every_sign(&self.encoding)
    }
}

impl Storage {
    /// Opens the database read-only, without creating or migrating it.
    pub async fn open_as_it_is(url: &DatabaseUrl) -> Result<Self, StorageError> {
        const READ_ONLY: &str = "SET default_transaction_read_only = on";
        let pool: Pool = match url {
            DatabaseUrl::Sqlite(options) => {
                let plain =
                    SqliteConnectOptions::new().filename(options.get_filename()).pragma("query_only", "1");
                SqlitePoolOptions::new().max_connections(2).connect_with(plain).await?.into()
            }
            DatabaseUrl::Postgres(options) => {
                // After connecting, so that the server can still report its own default.
                let read_only = PgPoolOptions::new().max_connections(2).after_connect(|connection, _| {
                    Box::pin(async move { connection.execute(READ_ONLY).await.map(drop) })
                });
                read_only.connect_with(options.clone()).await?.into()
            }
        };
        Ok(Self::new(pool))
    }

    /// Compares the schema with this program's migrations.
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

    /// SQLite's report of damage; `None` for an intact file and for PostgreSQL.
    pub async fn damage(&self) -> Result<Option<String>, StorageError> {
        let Pool::Sqlite { readers, .. } = &self.pool else { return Ok(None) };
        let found: Vec<String> = sqlx::query_scalar("PRAGMA quick_check(3)").fetch_all(readers).await?;
        Ok((found != ["ok"]).then(|| found.join("; ")))
    }

    /// SQLite's journal mode, usually `wal`; `None` for PostgreSQL.
    pub async fn journal_mode(&self) -> Result<Option<String>, StorageError> {
        let Pool::Sqlite { readers, .. } = &self.pool else { return Ok(None) };
        Ok(Some(sqlx::query_scalar("PRAGMA journal_mode").fetch_one(readers).await?))
    }

    /// The properties of the PostgreSQL server; `None` for SQLite.
    pub async fn server(&self) -> Result<Option<Server>, StorageError> {
        // `reset_val` is the default before this connection became read-only.
        const SERVER: &str = "SELECT current_setting('server_version_num')::int AS version, CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) AS clock_millis, current_setting('fsync') AS fsync, current_setting('full_page_writes') AS full_page_writes, current_setting('synchronous_commit') AS synchronous_commit, current_setting('server_encoding') AS encoding, pg_is_in_recovery() AS in_recovery, (SELECT reset_val FROM pg_settings WHERE name = 'default_transaction_read_only') AS read_only, current_user::text AS role, current_schema()::text AS schema, COALESCE(has_schema_privilege(current_schema(), 'CREATE'), FALSE) AS may_create, (SELECT string_agg(relname, ', ' ORDER BY relname) FROM pg_class WHERE relkind = 'r' AND relname = ANY($1) AND relnamespace = current_schema()::regnamespace AND NOT (has_table_privilege(oid, 'SELECT') AND has_table_privilege(oid, 'INSERT') AND has_table_privilege(oid, 'UPDATE') AND has_table_privilege(oid, 'DELETE'))) AS closed_tables";
        let Pool::Postgres { readers: pool, .. } = &self.pool else { return Ok(None) };
        Ok(Some(sqlx::query_as(SERVER).bind(our_tables()).fetch_one(pool).await?))
    }
}

/// The tables that the migrations create, and sqlx's own. Other tables in the schema are ignored.
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
