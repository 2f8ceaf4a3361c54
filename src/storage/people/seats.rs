//! Duo Enterprise seats, counted in pools: of a top-level group, or of the whole instance.

use crate::{
    domain::{
        change::Topic,
        ids::{NamespaceId, UserId},
        people::grants::Source,
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
}

pub struct Seats<'a> {
    pub(in crate::storage) uow: &'a mut UnitOfWork,
}

repository!(seats -> Seats);

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
        on_db!(self.uow, |c| sqlx::query(ADD_POOL).bind(top_level.0).execute(c).await.map(drop))?;
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
}
