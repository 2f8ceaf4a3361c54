//! Duo Enterprise seats, counted in pools: of a top-level group, or of the whole instance.

use super::memberships::source;
use crate::{
    domain::{
        change::Topic,
        ids::{NamespaceId, SeatPoolId, UserId},
        people::{
            grants::Source,
            seats::{SeatCounts, SeatState},
        },
        time::Timestamp,
    },
    storage::{StorageError, UnitOfWork, on_db, repository, statements},
};

statements! {
    /// A seat of the instance counts in every group that has Duo Enterprise.
    HAS_SEAT = "SELECT COUNT(*) FROM duo_enterprise_seats s JOIN seat_pools p ON p.id = s.pool_id JOIN top_level_groups g ON g.namespace_id = $1 WHERE s.user_id = $2 AND s.state = 'used' AND (p.namespace_id = $1 OR p.namespace_id IS NULL) AND g.duo_enterprise = $3";
    COUNT_USED = "SELECT COUNT(*) FROM duo_enterprise_seats s JOIN seat_pools p ON p.id = s.pool_id WHERE p.namespace_id = $1 AND s.state = 'used'";
    ADD_POOL = "INSERT INTO seat_pools (namespace_id) VALUES ($1) ON CONFLICT DO NOTHING";
    REMOVE_POOL = "DELETE FROM seat_pools WHERE namespace_id = $1";
    GIVE = "INSERT INTO duo_enterprise_seats (pool_id, user_id, state, source, since) SELECT p.id, $2, 'used', $3, $4 FROM seat_pools p WHERE p.namespace_id = $1 ON CONFLICT (pool_id, user_id) DO NOTHING";
    /// In a single statement, so that the numbers are those of one moment.
    POOL = "SELECT p.id, p.purchased, p.version, (SELECT COUNT(*) FROM duo_enterprise_seats s WHERE s.pool_id = p.id AND s.state = 'used') AS used, (SELECT COUNT(*) FROM duo_enterprise_seats s WHERE s.pool_id = p.id AND s.state = 'waiting') AS waiting FROM seat_pools p WHERE p.namespace_id = $1";
    POOL_OF_INSTANCE = "SELECT p.id, p.purchased, p.version, (SELECT COUNT(*) FROM duo_enterprise_seats s WHERE s.pool_id = p.id AND s.state = 'used') AS used, (SELECT COUNT(*) FROM duo_enterprise_seats s WHERE s.pool_id = p.id AND s.state = 'waiting') AS waiting FROM seat_pools p WHERE p.namespace_id IS NULL";
    CLAIM = "UPDATE seat_pools SET version = version + 1 WHERE id = $1 AND version = $2";
    SET_PURCHASED = "UPDATE seat_pools SET purchased = $2 WHERE id = $1";
    FIND = "SELECT state, source FROM duo_enterprise_seats WHERE pool_id = $1 AND user_id = $2";
    HAS_INSTANCE_SEAT = "SELECT COUNT(*) FROM duo_enterprise_seats s JOIN seat_pools p ON p.id = s.pool_id WHERE s.user_id = $1 AND s.state = 'used' AND p.namespace_id IS NULL";
    ASSIGN = "INSERT INTO duo_enterprise_seats (pool_id, user_id, state, source, since) VALUES ($1, $2, 'used', $3, $4) ON CONFLICT (pool_id, user_id) DO UPDATE SET state = excluded.state, source = excluded.source, since = excluded.since WHERE duo_enterprise_seats.state = 'waiting'";
    WAIT = "INSERT INTO duo_enterprise_seats (pool_id, user_id, state, source, since) VALUES ($1, $2, 'waiting', $3, $4) ON CONFLICT (pool_id, user_id) DO NOTHING";
    REMOVE = "DELETE FROM duo_enterprise_seats WHERE pool_id = $1 AND user_id = $2";
    /// A role anywhere in a top-level group, that has not expired at $3: by a membership, by an invitation of
    /// a group that the user is a direct member of, or of a project one of whose invited groups they are a
    /// member of by inheritance or invitation.
    HAS_ROLE = "WITH RECURSIVE reached (id) AS (SELECT namespace_id FROM memberships WHERE user_id = $1 AND access_level >= 10 AND (expires_at IS NULL OR expires_at > $3) UNION SELECT s.namespace_id FROM memberships m CROSS JOIN namespace_shares s WHERE m.user_id = $1 AND s.invited_group_id = m.namespace_id AND m.access_level >= 10 AND s.access_level >= 10 AND (m.expires_at IS NULL OR m.expires_at > $3) AND (s.expires_at IS NULL OR s.expires_at > $3) UNION SELECT n.id FROM reached r CROSS JOIN namespaces n WHERE n.parent_id = r.id) SELECT 1 FROM (SELECT n.id FROM memberships m CROSS JOIN namespaces n WHERE n.id = m.namespace_id AND m.user_id = $1 AND (n.id = $2 OR n.root_id = $2) AND (m.expires_at IS NULL OR m.expires_at > $3) UNION ALL SELECT n.id FROM memberships m CROSS JOIN namespace_shares s CROSS JOIN namespaces n WHERE m.user_id = $1 AND s.invited_group_id = m.namespace_id AND n.id = s.namespace_id AND (n.id = $2 OR n.root_id = $2) AND (m.expires_at IS NULL OR m.expires_at > $3) AND (s.expires_at IS NULL OR s.expires_at > $3) UNION ALL SELECT n.id FROM reached r CROSS JOIN namespace_shares s CROSS JOIN namespaces n WHERE s.invited_group_id = r.id AND n.id = s.namespace_id AND n.kind = 'project' AND n.root_id = $2 AND (s.expires_at IS NULL OR s.expires_at > $3)) held LIMIT 1";
}

pub struct Seats<'a> {
    pub(in crate::storage) uow: &'a mut UnitOfWork,
}

repository!(seats -> Seats);

/// A pool of seats, and how many there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeatPool {
    pub id: SeatPoolId,
    pub counts: SeatCounts,
    /// Counts the changes, so that the loser of a race is noticed.
    pub version: i64,
}

#[derive(sqlx::FromRow)]
struct PoolRow {
    id: i64,
    purchased: Option<i64>,
    version: i64,
    used: i64,
    waiting: i64,
}

impl From<PoolRow> for SeatPool {
    fn from(row: PoolRow) -> Self {
        let counts = SeatCounts { purchased: row.purchased, used: row.used, waiting: row.waiting };
        Self { id: SeatPoolId(row.id), counts, version: row.version }
    }
}

pub(super) fn state(key: &str) -> Result<SeatState, StorageError> {
    SeatState::from_key(key).ok_or_else(|| StorageError::inconsistent("duo_enterprise_seats", "state", key))
}

impl Seats<'_> {
    /// Whether the user holds a seat that counts in the top-level group, which still has Duo Enterprise.
    pub async fn has_seat(&mut self, top_level: NamespaceId, user: UserId) -> Result<bool, StorageError> {
        let count: i64 = on_db!(self.uow, |c| sqlx::query_scalar(HAS_SEAT)
            .bind(top_level.0)
            .bind(user.0)
            .bind(true)
            .fetch_one(c)
            .await)?;
        Ok(count > 0)
    }

    /// How many seats of the top-level group are given.
    pub async fn count_used(&mut self, top_level: NamespaceId) -> Result<i64, StorageError> {
        Ok(on_db!(self.uow, |c| sqlx::query_scalar(COUNT_USED).bind(top_level.0).fetch_one(c).await)?)
    }

    /// Gives a seat of the top-level group, whatever was bought.
    pub async fn give(
        &mut self,
        top_level: NamespaceId,
        user: UserId,
        source: Source,
        now: Timestamp,
    ) -> Result<(), StorageError> {
        self.add_pool(Some(top_level)).await?;
        on_db!(self.uow, |c| sqlx::query(GIVE)
            .bind(top_level.0)
            .bind(user.0)
            .bind(source.key())
            .bind(now.as_millis())
            .execute(c)
            .await
            .map(drop))?;
        self.uow.change_feed().touch(Topic::People);
        Ok(())
    }

    /// Ends the pool of a group that is no longer top-level, with every seat in it.
    pub async fn remove_pool(&mut self, top_level: NamespaceId) -> Result<(), StorageError> {
        on_db!(self.uow, |c| sqlx::query(REMOVE_POOL).bind(top_level.0).execute(c).await.map(drop))?;
        self.uow.change_feed().touch(Topic::People);
        Ok(())
    }

    /// The pool of a top-level group, or of the instance (`None`). `None` before anything was said of it.
    pub async fn pool(&mut self, top_level: Option<NamespaceId>) -> Result<Option<SeatPool>, StorageError> {
        let row: Option<PoolRow> = on_db!(self.uow, |c| match top_level {
            Some(id) => sqlx::query_as(POOL).bind(id.0).fetch_optional(c).await,
            None => sqlx::query_as(POOL_OF_INSTANCE).fetch_optional(c).await,
        })?;
        Ok(row.map(SeatPool::from))
    }

    /// [`Self::pool`], made if it was not there.
    pub async fn pool_to_change(&mut self, top_level: Option<NamespaceId>) -> Result<SeatPool, StorageError> {
        if let Some(pool) = self.pool(top_level).await? {
            return Ok(pool);
        }
        self.add_pool(top_level).await?;
        self.pool(top_level).await?.ok_or(StorageError::Stale)
    }

    async fn add_pool(&mut self, top_level: Option<NamespaceId>) -> Result<(), StorageError> {
        let id = top_level.map(|id| id.0);
        Ok(on_db!(self.uow, |c| sqlx::query(ADD_POOL).bind(id).execute(c).await.map(drop))?)
    }

    /// Comes before every change of a pool or its seats: whoever read the same numbers is too late then.
    ///
    /// # Errors
    /// [`StorageError::Stale`] when they have changed since they were read.
    pub async fn claim(&mut self, pool: &SeatPool) -> Result<(), StorageError> {
        let rows = on_db!(self.uow, |c| sqlx::query(CLAIM)
            .bind(pool.id.0)
            .bind(pool.version)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        if rows > 0 { Ok(()) } else { Err(StorageError::Stale) }
    }

    /// `None` for an unknown number. Changes no decision.
    pub async fn set_purchased(
        &mut self,
        pool: SeatPoolId,
        purchased: Option<i64>,
    ) -> Result<(), StorageError> {
        Ok(on_db!(self.uow, |c| sqlx::query(SET_PURCHASED)
            .bind(pool.0)
            .bind(purchased)
            .execute(c)
            .await
            .map(drop))?)
    }

    /// Whether somebody has a seat of a pool or waits for one, and who gave it. `None` for neither.
    pub async fn find(
        &mut self,
        pool: SeatPoolId,
        user: UserId,
    ) -> Result<Option<(SeatState, Source)>, StorageError> {
        let row: Option<(String, String)> =
            on_db!(self.uow, |c| sqlx::query_as(FIND).bind(pool.0).bind(user.0).fetch_optional(c).await)?;
        row.map(|(is, by)| Ok((state(&is)?, source(&by)?))).transpose()
    }

    /// Whether the user holds a seat of the instance.
    pub async fn has_instance_seat(&mut self, user: UserId) -> Result<bool, StorageError> {
        let count: i64 =
            on_db!(self.uow, |c| sqlx::query_scalar(HAS_INSTANCE_SEAT).bind(user.0).fetch_one(c).await)?;
        Ok(count > 0)
    }

    /// Gives a seat, also to somebody who waited. `false` when they have one.
    pub async fn assign(
        &mut self,
        pool: SeatPoolId,
        user: UserId,
        source: Source,
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        let given = self.put(ASSIGN, pool, user, source, now).await?;
        if given {
            self.uow.change_feed().touch(Topic::People);
        }
        Ok(given)
    }

    /// Puts somebody on the waiting list, which changes no decision. `false` when they have a seat or wait
    /// already.
    pub async fn wait(
        &mut self,
        pool: SeatPoolId,
        user: UserId,
        source: Source,
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        self.put(WAIT, pool, user, source, now).await
    }

    async fn put(
        &mut self,
        statement: &'static str,
        pool: SeatPoolId,
        user: UserId,
        source: Source,
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        let rows = on_db!(self.uow, |c| sqlx::query(statement)
            .bind(pool.0)
            .bind(user.0)
            .bind(source.key())
            .bind(now.as_millis())
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(rows > 0)
    }

    /// Takes back a seat, or takes somebody off the waiting list. `false` when there was neither.
    pub async fn remove(&mut self, pool: SeatPoolId, user: UserId) -> Result<bool, StorageError> {
        let rows = on_db!(self.uow, |c| sqlx::query(REMOVE)
            .bind(pool.0)
            .bind(user.0)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        if rows > 0 {
            self.uow.change_feed().touch(Topic::People);
        }
        Ok(rows > 0)
    }

    /// Whether the user has a role at `now` in a top-level group or anywhere below it.
    pub async fn has_role(
        &mut self,
        top_level: NamespaceId,
        user: UserId,
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        // INTEGER has another width in PostgreSQL than in SQLite, so the value is not read.
        let row = on_db!(self.uow, |c| sqlx::query(HAS_ROLE)
            .bind(user.0)
            .bind(top_level.0)
            .bind(now.as_millis())
            .fetch_optional(c)
            .await
            .map(|row| row.is_some()))?;
        Ok(row)
    }
}
