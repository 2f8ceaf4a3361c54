//! Replay protection: keys that can be used once, such as a provider's response or a signed request.

use super::{StorageError, UnitOfWork, on_db};
use crate::domain::time::Timestamp;

/// The statements for a table of keys.
pub(super) struct UsedOnce {
    /// Binds the current time; deletes expired keys.
    pub delete_old: &'static str,
    /// Binds the key and its expiry; an existing key is kept.
    pub insert: &'static str,
}

impl UsedOnce {
    /// Marks the key as used until it expires, and deletes expired ones. `false` when it was already used.
    /// Concurrent calls with the same key wait for this transaction.
    pub async fn note(
        &self,
        uow: &mut UnitOfWork,
        key: &str,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<bool, StorageError> {
        on_db!(uow, |c| sqlx::query(self.delete_old).bind(now.as_millis()).execute(c).await.map(drop))?;
        let rows = on_db!(uow, |c| sqlx::query(self.insert)
            .bind(key)
            .bind(expires_at.as_millis())
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(rows > 0)
    }
}
