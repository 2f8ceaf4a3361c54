//! Lists of Duo Enterprise seats: who has one, and of all pools how many there are.

use super::{memberships::source, seats::state};
use crate::{
    domain::{
        ids::{NamespaceId, SeatPoolId, UserId},
        namespace::GroupPath,
        people::{
            grants::Source,
            seats::{SeatCounts, SeatOrder, SeatState},
        },
        time::Timestamp,
    },
    storage::{StorageError, UnitOfWork, on_db, repository, statements, text::contains},
};

statements! {
    LIST = "SELECT u.id, u.username, u.name, u.state AS user_state, u.last_sign_in_at, s.state, s.source, s.since FROM duo_enterprise_seats s JOIN users u ON u.id = s.user_id WHERE s.pool_id = $1 AND s.state = $2 AND (u.username_key LIKE CAST($3 AS TEXT) ESCAPE '!' OR LOWER(u.name) LIKE CAST($3 AS TEXT) ESCAPE '!') ORDER BY CASE CAST($4 AS TEXT) WHEN 'since' THEN s.since WHEN 'sign_in' THEN COALESCE(u.last_sign_in_at, 0) ELSE 0 END, u.username_key LIMIT $5 OFFSET $6";
    COUNT = "SELECT COUNT(*) FROM duo_enterprise_seats s JOIN users u ON u.id = s.user_id WHERE s.pool_id = $1 AND s.state = $2 AND (u.username_key LIKE CAST($3 AS TEXT) ESCAPE '!' OR LOWER(u.name) LIKE CAST($3 AS TEXT) ESCAPE '!')";
    /// Of top-level groups that have Duo Enterprise ($1), or of which something was said.
    POOLS = "SELECT n.id, n.full_path, n.name, g.duo_enterprise, p.purchased, (SELECT COUNT(*) FROM duo_enterprise_seats s WHERE s.pool_id = p.id AND s.state = 'used') AS used, (SELECT COUNT(*) FROM duo_enterprise_seats s WHERE s.pool_id = p.id AND s.state = 'waiting') AS waiting FROM namespaces n CROSS JOIN top_level_groups g LEFT JOIN seat_pools p ON p.namespace_id = n.id WHERE n.parent_id IS NULL AND n.kind = 'group' AND g.namespace_id = n.id AND (g.duo_enterprise = $1 OR p.id IS NOT NULL) ORDER BY n.full_path_key LIMIT $2 OFFSET $3";
    COUNT_POOLS = "SELECT COUNT(*) FROM namespaces n CROSS JOIN top_level_groups g LEFT JOIN seat_pools p ON p.namespace_id = n.id WHERE n.parent_id IS NULL AND n.kind = 'group' AND g.namespace_id = n.id AND (g.duo_enterprise = $1 OR p.id IS NOT NULL)";
    /// Of all pools, that of the instance included.
    TOTALS = "SELECT (SELECT CAST(SUM(p.purchased) AS BIGINT) FROM seat_pools p) AS purchased, (SELECT COUNT(*) FROM duo_enterprise_seats s WHERE s.state = 'used') AS used, (SELECT COUNT(*) FROM duo_enterprise_seats s WHERE s.state = 'waiting') AS waiting";
}

pub struct SeatLists<'a> {
    pub(in crate::storage) uow: &'a mut UnitOfWork,
}

repository!(seat_lists -> SeatLists);

/// Somebody who has a seat or waits for one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeatHolder {
    pub id: UserId,
    pub username: String,
    pub name: String,
    pub is_blocked: bool,
    /// `None` for somebody who never signed in.
    pub last_sign_in_at: Option<Timestamp>,
    pub state: SeatState,
    pub source: Source,
    pub since: Timestamp,
}

#[derive(sqlx::FromRow)]
struct HolderRow {
    id: i64,
    username: String,
    name: String,
    user_state: String,
    last_sign_in_at: Option<i64>,
    state: String,
    source: String,
    since: i64,
}

impl TryFrom<HolderRow> for SeatHolder {
    type Error = StorageError;

    fn try_from(row: HolderRow) -> Result<Self, Self::Error> {
        Ok(Self {
            id: UserId(row.id),
            username: row.username,
            name: row.name,
            is_blocked: row.user_state == "blocked",
            last_sign_in_at: row.last_sign_in_at.map(Timestamp::from_millis),
            state: state(&row.state)?,
            source: source(&row.source)?,
            since: Timestamp::from_millis(row.since),
        })
    }
}

/// A top-level group with its seats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedPool {
    pub id: NamespaceId,
    pub path: GroupPath,
    pub name: String,
    /// Without it, its seats do not count.
    pub duo_enterprise: bool,
    pub counts: SeatCounts,
}

#[derive(sqlx::FromRow)]
struct ListedRow {
    id: i64,
    full_path: String,
    name: String,
    duo_enterprise: bool,
    purchased: Option<i64>,
    used: i64,
    waiting: i64,
}

impl TryFrom<ListedRow> for ListedPool {
    type Error = StorageError;

    fn try_from(row: ListedRow) -> Result<Self, Self::Error> {
        let path = GroupPath::parse(&row.full_path)
            .map_err(|_| StorageError::inconsistent("namespaces", "full_path", &row.full_path))?;
        Ok(Self {
            id: NamespaceId(row.id),
            path,
            name: row.name,
            duo_enterprise: row.duo_enterprise,
            counts: SeatCounts { purchased: row.purchased, used: row.used, waiting: row.waiting },
        })
    }
}

impl SeatLists<'_> {
    /// Who has a seat of a pool, or who waits for one; only those with `filter` in name or user name.
    pub async fn list(
        &mut self,
        pool: SeatPoolId,
        state: SeatState,
        filter: &str,
        order: SeatOrder,
        limit: i64,
        offset: i64,
    ) -> Result<Vec<SeatHolder>, StorageError> {
        let Some(pattern) = contains(filter) else { return Ok(Vec::new()) };
        let rows: Vec<HolderRow> = on_db!(self.uow, |c| sqlx::query_as(LIST)
            .bind(pool.0)
            .bind(state.key())
            .bind(&pattern)
            .bind(order.key())
            .bind(limit)
            .bind(offset)
            .fetch_all(c)
            .await)?;
        rows.into_iter().map(SeatHolder::try_from).collect()
    }

    /// How many [`Self::list`] has in all.
    pub async fn count(
        &mut self,
        pool: SeatPoolId,
        state: SeatState,
        filter: &str,
    ) -> Result<i64, StorageError> {
        let Some(pattern) = contains(filter) else { return Ok(0) };
        Ok(on_db!(self.uow, |c| sqlx::query_scalar(COUNT)
            .bind(pool.0)
            .bind(state.key())
            .bind(&pattern)
            .fetch_one(c)
            .await)?)
    }

    /// The top-level groups that have Duo Enterprise or seats, by path.
    pub async fn pools(&mut self, limit: i64, offset: i64) -> Result<Vec<ListedPool>, StorageError> {
        let rows: Vec<ListedRow> = on_db!(self.uow, |c| sqlx::query_as(POOLS)
            .bind(true)
            .bind(limit)
            .bind(offset)
            .fetch_all(c)
            .await)?;
        rows.into_iter().map(ListedPool::try_from).collect()
    }

    /// How many [`Self::pools`] has in all.
    pub async fn count_pools(&mut self) -> Result<i64, StorageError> {
        Ok(on_db!(self.uow, |c| sqlx::query_scalar(COUNT_POOLS).bind(true).fetch_one(c).await)?)
    }

    /// Of all pools together. `purchased` is the sum of the known numbers, `None` when there is none.
    pub async fn totals(&mut self) -> Result<SeatCounts, StorageError> {
        let (purchased, used, waiting): (Option<i64>, i64, i64) =
            on_db!(self.uow, |c| sqlx::query_as(TOTALS).fetch_one(c).await)?;
        Ok(SeatCounts { purchased, used, waiting })
    }
}
