//! What an import reads, in sets, and roles and seats that it writes: rows go in as one JSON array a statement, so that 100,000 lines
//! are a few hundred statements.

use serde_json::{Value, json};
use sqlx::FromRow;

use super::{
    memberships::{given_role, source},
    seats::state as seat_state,
};
use crate::{
    domain::{
        change::Topic,
        ids::{NamespaceId, UserId},
        namespace::{GroupPath, Namespace, NamespaceKind, Tier},
        people::{
            import::{
                groups::{Bought, Place},
                members::{Held, HeldRoles},
                seats::{HeldSeat, Pool, PresentSeats},
                users::Account,
            },
            seats::SeatState,
        },
        role::GivenRole,
        time::Timestamp,
    },
    storage::{
        StorageError, UnitOfWork, accounts::users, dialect_statements, on_db, repository, statements,
        unit_of_work::Transaction,
    },
};

/// Rows in one statement.
pub(super) const ROWS: usize = 2_000;

statements! {
    COUNT_PEOPLE_WHO_ADMINISTER = "SELECT COUNT(*) FROM users WHERE is_admin AND kind = 'human' AND state = 'active'";
    INSTANCE_POOL = "SELECT CAST(NULL AS BIGINT) AS namespace_id, p.id, p.purchased, (SELECT COUNT(*) FROM duo_enterprise_seats s WHERE s.pool_id = p.id AND s.state = 'used') AS used, p.version FROM seat_pools p WHERE p.namespace_id IS NULL";
    ADD_POOL = "INSERT INTO seat_pools (namespace_id) VALUES ($1) ON CONFLICT DO NOTHING RETURNING id";
    BUMP_POOL = "UPDATE seat_pools SET version = version + 1 WHERE id = $1 AND version = $2 RETURNING version";
}

dialect_statements! {
    sqlite {
        ACCOUNTS_SQLITE = "SELECT u.id, u.username, u.name, u.email, u.is_admin, u.state, u.kind, u.version FROM json_each($1) r CROSS JOIN users u WHERE u.username_key = r.value";
        ACCOUNTS_BY_EMAIL_SQLITE = "SELECT u.id, u.username, u.name, u.email, u.is_admin, u.state, u.kind, u.version FROM json_each($1) r CROSS JOIN users u WHERE u.email_key = r.value";
        PLACES_SQLITE = "SELECT n.id, n.parent_id, n.root_id, n.kind, n.full_path, n.name, n.version, g.tier, g.duo_enterprise, p.purchased, (SELECT COUNT(*) FROM duo_enterprise_seats s WHERE s.pool_id = p.id AND s.state = 'used') AS used, p.id AS pool_id, p.version AS pool_version FROM json_each($1) r CROSS JOIN namespaces n LEFT JOIN top_level_groups g ON g.namespace_id = n.id LEFT JOIN seat_pools p ON p.namespace_id = n.id WHERE n.full_path_key = r.value";
        HELD_SQLITE = "SELECT m.namespace_id, m.user_id, m.source, m.access_level, m.member_role, m.expires_at FROM json_each($1) r CROSS JOIN memberships m WHERE m.namespace_id = r.value ->> 0 AND m.user_id = r.value ->> 1";
        HELD_SEATS_SQLITE = "SELECT p.namespace_id, s.user_id, s.source, s.state FROM json_each($1) r CROSS JOIN duo_enterprise_seats s CROSS JOIN seat_pools p WHERE s.pool_id = r.value ->> 0 AND s.user_id = r.value ->> 1 AND p.id = s.pool_id";
        SET_MEMBERS_SQLITE = "INSERT INTO memberships (namespace_id, user_id, source, access_level, member_role, expires_at) SELECT value ->> 0, value ->> 1, 'import', value ->> 2, value ->> 3, value ->> 4 FROM json_each($1) WHERE TRUE ON CONFLICT (namespace_id, user_id, source) DO UPDATE SET access_level = excluded.access_level, member_role = excluded.member_role, expires_at = excluded.expires_at";
        REMOVE_MEMBERS_SQLITE = "DELETE FROM memberships WHERE (namespace_id, user_id, source) IN (SELECT value ->> 0, value ->> 1, 'import' FROM json_each($1))";
        GIVE_SEATS_SQLITE = "INSERT INTO duo_enterprise_seats (pool_id, user_id, state, source, since) SELECT value ->> 0, value ->> 1, value ->> 3, 'import', value ->> 2 FROM json_each($1) WHERE TRUE ON CONFLICT (pool_id, user_id) DO UPDATE SET state = excluded.state, source = excluded.source, since = excluded.since";
        TAKE_SEATS_SQLITE = "DELETE FROM duo_enterprise_seats WHERE (pool_id, user_id, source) IN (SELECT value ->> 0, value ->> 1, 'import' FROM json_each($1))";
    }
    postgres {
        ACCOUNTS_POSTGRES = "SELECT u.id, u.username, u.name, u.email, u.is_admin, u.state, u.kind, u.version FROM json_array_elements_text($1::TEXT::JSON) AS r (value) JOIN users u ON u.username_key = r.value COLLATE \"C\"";
        ACCOUNTS_BY_EMAIL_POSTGRES = "SELECT u.id, u.username, u.name, u.email, u.is_admin, u.state, u.kind, u.version FROM json_array_elements_text($1::TEXT::JSON) AS r (value) JOIN users u ON u.email_key = r.value";
        PLACES_POSTGRES = "SELECT n.id, n.parent_id, n.root_id, n.kind, n.full_path, n.name, n.version, g.tier, g.duo_enterprise, p.purchased, (SELECT COUNT(*) FROM duo_enterprise_seats s WHERE s.pool_id = p.id AND s.state = 'used') AS used, p.id AS pool_id, p.version AS pool_version FROM json_array_elements_text($1::TEXT::JSON) AS r (value) JOIN namespaces n ON n.full_path_key = r.value COLLATE \"C\" LEFT JOIN top_level_groups g ON g.namespace_id = n.id LEFT JOIN seat_pools p ON p.namespace_id = n.id";
        HELD_POSTGRES = "SELECT m.namespace_id, m.user_id, m.source, m.access_level, m.member_role, m.expires_at FROM json_array_elements($1::TEXT::JSON) AS r (value) JOIN memberships m ON m.namespace_id = (r.value ->> 0)::BIGINT AND m.user_id = (r.value ->> 1)::BIGINT";
        HELD_SEATS_POSTGRES = "SELECT p.namespace_id, s.user_id, s.source, s.state FROM json_array_elements($1::TEXT::JSON) AS r (value) JOIN duo_enterprise_seats s ON s.pool_id = (r.value ->> 0)::BIGINT AND s.user_id = (r.value ->> 1)::BIGINT JOIN seat_pools p ON p.id = s.pool_id";
        SET_MEMBERS_POSTGRES = "INSERT INTO memberships (namespace_id, user_id, source, access_level, member_role, expires_at) SELECT (value ->> 0)::BIGINT, (value ->> 1)::BIGINT, 'import', (value ->> 2)::BIGINT, value ->> 3, (value ->> 4)::BIGINT FROM json_array_elements($1::TEXT::JSON) AS r (value) ON CONFLICT (namespace_id, user_id, source) DO UPDATE SET access_level = excluded.access_level, member_role = excluded.member_role, expires_at = excluded.expires_at";
        REMOVE_MEMBERS_POSTGRES = "DELETE FROM memberships m USING json_array_elements($1::TEXT::JSON) AS r (value) WHERE m.namespace_id = (r.value ->> 0)::BIGINT AND m.user_id = (r.value ->> 1)::BIGINT AND m.source = 'import'";
        GIVE_SEATS_POSTGRES = "INSERT INTO duo_enterprise_seats (pool_id, user_id, state, source, since) SELECT (value ->> 0)::BIGINT, (value ->> 1)::BIGINT, value ->> 3, 'import', (value ->> 2)::BIGINT FROM json_array_elements($1::TEXT::JSON) AS r (value) ON CONFLICT (pool_id, user_id) DO UPDATE SET state = excluded.state, source = excluded.source, since = excluded.since";
        TAKE_SEATS_POSTGRES = "DELETE FROM duo_enterprise_seats s USING json_array_elements($1::TEXT::JSON) AS r (value) WHERE s.pool_id = (r.value ->> 0)::BIGINT AND s.user_id = (r.value ->> 1)::BIGINT AND s.source = 'import'";
    }
}

/// A statement in both dialects: SQLite's, then PostgreSQL's.
pub(super) type Both = (&'static str, &'static str);

#[derive(FromRow)]
pub(super) struct AccountRow {
    id: i64,
    username: String,
    name: String,
    email: Option<String>,
    is_admin: bool,
    state: String,
    kind: String,
    version: i64,
}

impl TryFrom<AccountRow> for Account {
    type Error = StorageError;

    fn try_from(row: AccountRow) -> Result<Self, Self::Error> {
        Ok(Self {
            id: UserId(row.id),
            username: row.username,
            name: row.name,
            email: row.email,
            is_admin: row.is_admin,
            state: users::state(&row.state)?,
            kind: users::kind(&row.kind)?,
            version: row.version,
        })
    }
}

#[derive(FromRow)]
pub(super) struct PlaceRow {
    id: i64,
    parent_id: Option<i64>,
    root_id: Option<i64>,
    kind: String,
    full_path: String,
    name: String,
    version: i64,
    tier: Option<String>,
    duo_enterprise: Option<bool>,
    purchased: Option<i64>,
    used: i64,
    pool_id: Option<i64>,
    pool_version: Option<i64>,
}

/// A group or project, in the forms that different imports need.
pub struct FoundPlace {
    pub namespace: Namespace,
    pub place: Place,
    pub pool: Pool,
}

impl TryFrom<PlaceRow> for FoundPlace {
    type Error = StorageError;

    fn try_from(row: PlaceRow) -> Result<Self, Self::Error> {
        let wrong = |column, value: &str| StorageError::inconsistent("namespaces", column, value);
        let id = NamespaceId(row.id);
        let kind = NamespaceKind::from_key(&row.kind).ok_or_else(|| wrong("kind", &row.kind))?;
        let path = GroupPath::parse(&row.full_path).map_err(|_| wrong("full_path", &row.full_path))?;
        let tier = row.tier.map(|tier| Tier::from_key(&tier).ok_or_else(|| wrong("tier", &tier)));
        let bought = tier.transpose()?.map(|tier| Bought {
            tier,
            duo_enterprise: row.duo_enterprise.unwrap_or_default(),
            seats: row.purchased,
        });
        let namespace = Namespace {
            id,
            parent: row.parent_id.map(NamespaceId),
            root: NamespaceId(row.root_id.unwrap_or(row.id)),
            kind,
            path: path.clone(),
            name: row.name.clone(),
        };
        let pool = Pool {
            id: row.pool_id,
            purchased: row.purchased,
            used: row.used,
            version: row.pool_version.unwrap_or_default(),
            is_open: bought.is_some_and(|bought| bought.duo_enterprise),
        };
        let (name, version) = (row.name, row.version);
        Ok(Self {
            namespace,
            place: Place {
                id,
                path,
                name,
                kind,
                version,
                bought,
                seats_used: row.used,
                pool_version: row.pool_version,
                archived: None,
            },
            pool,
        })
    }
}

#[derive(FromRow)]
struct HeldRow {
    namespace_id: i64,
    user_id: i64,
    source: String,
    access_level: i64,
    member_role: Option<String>,
    expires_at: Option<i64>,
}

#[derive(FromRow)]
struct PoolRow {
    id: i64,
    purchased: Option<i64>,
    used: i64,
    version: i64,
}

pub struct Bulk<'a> {
    pub(in crate::storage) uow: &'a mut UnitOfWork,
}

repository!(bulk -> Bulk);

impl Bulk<'_> {
    pub(super) fn sql(&self, (sqlite, postgres): Both) -> &'static str {
        match self.uow.transaction {
            Transaction::Sqlite(_) => sqlite,
            Transaction::Postgres(_) => postgres,
        }
    }

    /// Executes a statement over all rows, in batches; how many rows it touched.
    pub(super) async fn write(&mut self, statement: Both, rows: &[Value]) -> Result<u64, StorageError> {
        let sql = self.sql(statement);
        let mut touched = 0;
        for rows in rows.chunks(ROWS) {
            let rows = Value::from(rows).to_string();
            touched += on_db!(self.uow, |c| sqlx::query(sql)
                .bind(rows)
                .execute(c)
                .await
                .map(|done| done.rows_affected()))?;
        }
        Ok(touched)
    }

    /// As [`Self::write`], for rows that name the version which was read.
    pub(super) async fn write_each(&mut self, statement: Both, rows: &[Value]) -> Result<(), StorageError> {
        if self.write(statement, rows).await? != rows.len() as u64 {
            self.uow.failed = true;
            return Err(StorageError::Stale);
        }
        Ok(())
    }

    /// Accounts with these user names, in lower case.
    pub async fn accounts(&mut self, keys: &[String]) -> Result<Vec<Account>, StorageError> {
        self.accounts_by((ACCOUNTS_SQLITE, ACCOUNTS_POSTGRES), keys).await
    }

    /// Accounts with these addresses, in lower case.
    pub async fn accounts_by_email(&mut self, keys: &[String]) -> Result<Vec<Account>, StorageError> {
        self.accounts_by((ACCOUNTS_BY_EMAIL_SQLITE, ACCOUNTS_BY_EMAIL_POSTGRES), keys).await
    }

    async fn accounts_by(&mut self, statement: Both, keys: &[String]) -> Result<Vec<Account>, StorageError> {
        let sql = self.sql(statement);
        let mut found = Vec::with_capacity(keys.len());
        for keys in keys.chunks(ROWS) {
            let keys = Value::from(keys).to_string();
            let rows: Vec<AccountRow> =
                on_db!(self.uow, |c| sqlx::query_as(sql).bind(keys).fetch_all(c).await)?;
            for row in rows {
                found.push(row.try_into()?);
            }
        }
        Ok(found)
    }

    /// How many people administer the server and may sign in.
    pub async fn count_people_who_administer(&mut self) -> Result<i64, StorageError> {
        Ok(on_db!(self.uow, |c| sqlx::query_scalar(COUNT_PEOPLE_WHO_ADMINISTER).fetch_one(c).await)?)
    }

    /// Groups and projects with these keys of paths.
    pub async fn places(&mut self, keys: &[String]) -> Result<Vec<FoundPlace>, StorageError> {
        let sql = self.sql((PLACES_SQLITE, PLACES_POSTGRES));
        let mut found = Vec::with_capacity(keys.len());
        for keys in keys.chunks(ROWS) {
            let keys = Value::from(keys).to_string();
            let rows: Vec<PlaceRow> =
                on_db!(self.uow, |c| sqlx::query_as(sql).bind(keys).fetch_all(c).await)?;
            for row in rows {
                found.push(row.try_into()?);
            }
        }
        Ok(found)
    }

    /// The roles that these pairs hold directly, of all sources.
    pub async fn held(&mut self, pairs: &[(NamespaceId, UserId)]) -> Result<HeldRoles, StorageError> {
        let sql = self.sql((HELD_SQLITE, HELD_POSTGRES));
        let mut held = HeldRoles::with_capacity(pairs.len());
        for pairs in pairs.chunks(ROWS) {
            let pairs: Value = pairs.iter().map(|(namespace, user)| json!([namespace.0, user.0])).collect();
            let rows: Vec<HeldRow> =
                on_db!(self.uow, |c| sqlx::query_as(sql).bind(pairs.to_string()).fetch_all(c).await)?;
            for row in rows {
                let role = Held {
                    source: source(&row.source)?,
                    role: given_role(row.access_level, row.member_role)?,
                    expires_at: row.expires_at.map(Timestamp::from_millis),
                };
                held.entry((NamespaceId(row.namespace_id), UserId(row.user_id))).or_default().push(role);
            }
        }
        Ok(held)
    }

    /// The pool of the whole instance.
    pub async fn instance_pool(&mut self) -> Result<Pool, StorageError> {
        let row: Option<PoolRow> =
            on_db!(self.uow, |c| sqlx::query_as(INSTANCE_POOL).fetch_optional(c).await)?;
        let pool = row.map(|row| Pool {
            id: Some(row.id),
            purchased: row.purchased,
            used: row.used,
            version: row.version,
            is_open: true,
        });
        Ok(pool.unwrap_or(Pool { is_open: true, ..Pool::default() }))
    }

    /// Adds the seats of these pairs of pool and user.
    pub async fn held_seats(
        &mut self,
        present: &mut PresentSeats,
        pairs: &[(i64, UserId)],
    ) -> Result<(), StorageError> {
        let sql = self.sql((HELD_SEATS_SQLITE, HELD_SEATS_POSTGRES));
        for pairs in pairs.chunks(ROWS) {
            let pairs: Value = pairs.iter().map(|(pool, user)| json!([pool, user.0])).collect();
            let rows: Vec<(Option<i64>, i64, String, String)> =
                on_db!(self.uow, |c| sqlx::query_as(sql).bind(pairs.to_string()).fetch_all(c).await)?;
            for (namespace, user, given_by, state) in rows {
                let seat = HeldSeat { source: source(&given_by)?, state: seat_state(&state)? };
                present.seats.insert((namespace.map(NamespaceId), UserId(user)), seat);
            }
        }
        Ok(())
    }

    /// Gives these roles, with the source import.
    pub async fn set_members(
        &mut self,
        members: impl Iterator<Item = (NamespaceId, UserId, &GivenRole, Option<Timestamp>)>,
    ) -> Result<(), StorageError> {
        let rows: Vec<Value> = members
            .map(|(namespace, user, role, expires_at)| {
                let expires_at = expires_at.map(Timestamp::as_millis);
                json!([namespace.0, user.0, role.access_level(), role.custom_name(), expires_at])
            })
            .collect();
        self.write((SET_MEMBERS_SQLITE, SET_MEMBERS_POSTGRES), &rows).await?;
        self.uow.change_feed().touch(Topic::People);
        Ok(())
    }

    /// Takes back the roles that imports gave.
    pub async fn remove_members(
        &mut self,
        members: impl Iterator<Item = (NamespaceId, UserId)>,
    ) -> Result<(), StorageError> {
        let rows: Vec<Value> = members.map(|(namespace, user)| json!([namespace.0, user.0])).collect();
        self.write((REMOVE_MEMBERS_SQLITE, REMOVE_MEMBERS_POSTGRES), &rows).await?;
        self.uow.change_feed().touch(Topic::People);
        Ok(())
    }

    /// Gives these seats, or puts users on waiting lists, with the source import.
    pub async fn give_seats(
        &mut self,
        seats: impl Iterator<Item = (i64, UserId, SeatState)>,
        now: Timestamp,
    ) -> Result<(), StorageError> {
        let rows: Vec<Value> =
            seats.map(|(pool, user, state)| json!([pool, user.0, now.as_millis(), state.key()])).collect();
        self.write((GIVE_SEATS_SQLITE, GIVE_SEATS_POSTGRES), &rows).await?;
        self.uow.change_feed().touch(Topic::People);
        Ok(())
    }

    /// Takes back the seats that imports gave.
    pub async fn take_seats(
        &mut self,
        seats: impl Iterator<Item = (i64, UserId)>,
    ) -> Result<(), StorageError> {
        let rows: Vec<Value> = seats.map(|(pool, user)| json!([pool, user.0])).collect();
        self.write((TAKE_SEATS_SQLITE, TAKE_SEATS_POSTGRES), &rows).await?;
        self.uow.change_feed().touch(Topic::People);
        Ok(())
    }

    /// Makes the pool that is missing, and returns it.
    pub async fn add_pool(&mut self, place: Option<NamespaceId>) -> Result<Pool, StorageError> {
        let place = place.map(|it| it.0);
        let id: Option<i64> =
            on_db!(self.uow, |c| sqlx::query_scalar(ADD_POOL).bind(place).fetch_optional(c).await)?;
        // Somebody else made it at the same moment.
        let Some(id) = id else {
            self.uow.failed = true;
            return Err(StorageError::Stale);
        };
        Ok(Pool { id: Some(id), ..Pool::default() })
    }

    /// Notes that the pool changed, so that nobody gives the same last seat at the same moment.
    pub async fn bump_pool(&mut self, id: i64, seen_version: i64) -> Result<(), StorageError> {
        let version: Option<i64> = on_db!(self.uow, |c| sqlx::query_scalar(BUMP_POOL)
            .bind(id)
            .bind(seen_version)
            .fetch_optional(c)
            .await)?;
        self.uow.saved(version, seen_version).map(drop)
    }
}
