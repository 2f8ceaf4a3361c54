//! A large tree with many members, for benchmarks: written by a handful of statements, the same every time.

use crate::{
    domain::{change::Topic, time::Timestamp},
    storage::{
        StorageError, UnitOfWork, dialect_statements, on_db, repository, statements,
        unit_of_work::Transaction,
    },
};

statements! {
    USERS = "INSERT INTO users (username, username_key, name, kind, is_admin, created_at) WITH RECURSIVE k (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM k WHERE n < $1) SELECT 'bench-user-' || n, 'bench-user-' || n, 'Bench User ' || n, 'human', FALSE, $2 FROM k";
    PREFERENCES = "INSERT INTO user_preferences (user_id, theme, time_format, orbit_settings, orbit_version) SELECT id, 'system', 'relative', '{}', 0 FROM users WHERE username_key LIKE 'bench-user-%'";
    ROOTS = "INSERT INTO namespaces (parent_id, root_id, kind, full_path, full_path_key, name, name_key, created_at) WITH RECURSIVE k (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM k WHERE n < $1) SELECT CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), 'group', 'bench-' || n, 'bench-' || n, 'Bench ' || n, 'bench ' || n, $2 FROM k";
    TOP_LEVEL_GROUPS = "INSERT INTO top_level_groups (namespace_id, tier, duo_enterprise) SELECT id, 'ultimate', TRUE FROM namespaces WHERE parent_id IS NULL AND full_path_key LIKE 'bench-%'";
    /// $1 of the kind $3 below each group of the level $4, where 0 is the top level.
    BELOW = "INSERT INTO namespaces (parent_id, root_id, kind, full_path, full_path_key, name, name_key, created_at) WITH RECURSIVE k (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM k WHERE n < $1) SELECT p.id, COALESCE(p.root_id, p.id), $3, p.full_path || '/part-' || k.n, p.full_path_key || '+part-' || k.n, 'Part ' || k.n, 'part ' || k.n, $2 FROM namespaces p CROSS JOIN k WHERE p.kind = 'group' AND p.full_path_key LIKE 'bench-%' AND LENGTH(p.full_path) - LENGTH(REPLACE(p.full_path, '/', '')) = $4";
    /// $1 members of each namespace. The numbers are primes, so that each has other members.
    MEMBERSHIPS = "INSERT INTO memberships (namespace_id, user_id, source, access_level) WITH RECURSIVE k (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM k WHERE n < $1) SELECT n.id, u.lowest + (n.id * 31 + k.n * 7919) % u.many, 'import', CASE (n.id + k.n) % 10 WHEN 0 THEN 50 WHEN 1 THEN 40 WHEN 2 THEN 20 ELSE 30 END FROM namespaces n CROSS JOIN k CROSS JOIN (SELECT MIN(id) AS lowest, COUNT(*) AS many FROM users WHERE username_key LIKE 'bench-user-%') u WHERE n.full_path_key LIKE 'bench-%'";
}

dialect_statements! {
    sqlite {}
    postgres {
        /// Until the end of the transaction: a million rows take longer than any request may.
        UNHURRIED_POSTGRES = "SELECT set_config('statement_timeout', '0', TRUE)";
        /// As PostgreSQL does by itself within a minute; until then it plans as if the tables were empty.
        GATHER_STATISTICS_POSTGRES = "ANALYZE";
    }
}

/// The shape of the tree: how many of which kind are below each group of a level.
const LEVELS: [(i64, &str); 4] = [(10, "group"), (10, "group"), (9, "group"), (10, "project")];

/// Namespaces in each top-level group, itself included: 1 + 10 + 100 + 900 + 9,000.
pub const NAMESPACES_EACH: i64 = 10_011;

/// Members of each namespace.
const MEMBERS_EACH: i64 = 10;

/// Users among whom the memberships are distributed.
const USERS_MADE: i64 = 50_000;

pub struct BenchData<'a> {
    pub(in crate::storage) uow: &'a mut UnitOfWork,
}

repository!(bench_data -> BenchData);

impl BenchData<'_> {
    /// Adds `roots` top-level groups `bench-1`, `bench-2` …, each of [`NAMESPACES_EACH`] namespaces, and
    /// their members.
    ///
    /// # Errors
    /// [`StorageError::Duplicate`] when they are there already.
    pub async fn add(&mut self, roots: i64, now: Timestamp) -> Result<(), StorageError> {
        let now = now.as_millis();
        if let Transaction::Postgres(transaction) = &mut self.uow.transaction {
            sqlx::query(UNHURRIED_POSTGRES).execute(&mut **transaction).await?;
        }
        on_db!(self.uow, |c| sqlx::query(USERS).bind(USERS_MADE).bind(now).execute(c).await.map(drop))?;
        on_db!(self.uow, |c| sqlx::query(PREFERENCES).execute(c).await.map(drop))?;
        on_db!(self.uow, |c| sqlx::query(ROOTS).bind(roots).bind(now).execute(c).await.map(drop))?;
        on_db!(self.uow, |c| sqlx::query(TOP_LEVEL_GROUPS).execute(c).await.map(drop))?;
        for (level, (many, kind)) in (0_i64..).zip(LEVELS) {
            on_db!(self.uow, |c| sqlx::query(BELOW)
                .bind(many)
                .bind(now)
                .bind(kind)
                .bind(level)
                .execute(c)
                .await
                .map(drop))?;
        }
        on_db!(self.uow, |c| sqlx::query(MEMBERSHIPS).bind(MEMBERS_EACH).execute(c).await.map(drop))?;
        if let Transaction::Postgres(transaction) = &mut self.uow.transaction {
            sqlx::query(GATHER_STATISTICS_POSTGRES).execute(&mut **transaction).await?;
        }
        for topic in [Topic::Users, Topic::Namespaces, Topic::People] {
            self.uow.change_feed().touch(topic);
        }
        Ok(())
    }
}
