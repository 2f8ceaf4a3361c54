//! Counters of failed sign-ins. What they count by is stored as a hash.

use crate::{
    domain::{accounts::throttle::Failures, time::Timestamp},
    storage::{StorageError, UnitOfWork, on_db, repository, statements},
};

statements! {
    FIND = "SELECT failures, last_failed_at FROM sign_in_failures WHERE subject_hash = $1";
    /// Locks the row until the end of the transaction, so that concurrent attempts are counted one by one.
    HOLD = "INSERT INTO sign_in_failures (subject_hash, failures, last_failed_at) VALUES ($1, 0, $2) ON CONFLICT (subject_hash) DO UPDATE SET failures = sign_in_failures.failures RETURNING failures, last_failed_at";
    SAVE = "UPDATE sign_in_failures SET failures = $2, last_failed_at = $3 WHERE subject_hash = $1";
    TAKE_BACK = "UPDATE sign_in_failures SET failures = failures - 1, last_failed_at = CASE WHEN last_failed_at = $2 THEN $3 ELSE last_failed_at END WHERE subject_hash = $1 AND failures > 0";
    DELETE = "DELETE FROM sign_in_failures WHERE subject_hash = $1";
    DELETE_OLD = "DELETE FROM sign_in_failures WHERE last_failed_at <= $1 AND subject_hash IN (SELECT subject_hash FROM sign_in_failures WHERE last_failed_at <= $1 LIMIT $2)";
}

pub struct SignInFailures<'a> {
    pub(in crate::storage) uow: &'a mut UnitOfWork,
}

repository!(sign_in_failures -> SignInFailures);

impl SignInFailures<'_> {
    /// The current count; `None` when there is none.
    pub async fn find(&mut self, subject_hash: &str) -> Result<Option<Failures>, StorageError> {
        let found: Option<(i64, i64)> =
            on_db!(self.uow, |c| sqlx::query_as(FIND).bind(subject_hash).fetch_optional(c).await)?;
        Ok(found.map(|(count, last_at)| Failures { count, last_at: Timestamp::from_millis(last_at) }))
    }

    /// The current count, locked for others until the end of the transaction.
    pub async fn hold(&mut self, subject_hash: &str, now: Timestamp) -> Result<Failures, StorageError> {
        let (count, last_at): (i64, i64) = on_db!(self.uow, |c| sqlx::query_as(HOLD)
            .bind(subject_hash)
            .bind(now.as_millis())
            .fetch_one(c)
            .await)?;
        Ok(Failures { count, last_at: Timestamp::from_millis(last_at) })
    }

    /// Stores the new count after [`Self::hold`].
    pub async fn save(&mut self, subject_hash: &str, failures: Failures) -> Result<(), StorageError> {
        on_db!(self.uow, |c| sqlx::query(SAVE)
            .bind(subject_hash)
            .bind(failures.count)
            .bind(failures.last_at.as_millis())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Takes back a failure that was counted at `at`; the one before it was at `before`.
    pub async fn take_back(
        &mut self,
        subject_hash: &str,
        at: Timestamp,
        before: Timestamp,
    ) -> Result<(), StorageError> {
        on_db!(self.uow, |c| sqlx::query(TAKE_BACK)
            .bind(subject_hash)
            .bind(at.as_millis())
            .bind(before.as_millis())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Resets the count.
    pub async fn delete(&mut self, subject_hash: &str) -> Result<(), StorageError> {
        on_db!(self.uow, |c| sqlx::query(DELETE).bind(subject_hash).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Deletes counters whose last failure was at `until` or before, at most `limit`, and returns how many.
    pub async fn delete_old(&mut self, until: Timestamp, limit: i64) -> Result<i64, StorageError> {
        let removed = on_db!(self.uow, |c| sqlx::query(DELETE_OLD)
            .bind(until.as_millis())
            .bind(limit)
            .execute(c)
            .await
            .map(|it| it.rows_affected()))?;
        Ok(i64::try_from(removed).unwrap_or(limit))
    }
}
