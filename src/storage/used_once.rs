//! What may be used once, by a key: a provider's answer, a signed request.

use super::{StorageError, UnitOfWork, on_db};
use crate::domain::time::Timestamp;

/// The statements for one table.
pub(super) struct UsedOnce {
    /// Binds the moment: what has expired by then goes.
    pub delete_old: &'static str,
    /// Binds the key and when it expires; a key that is there stays as it is.
    pub insert: &'static str,
}

impl UsedOnce {
    /// Notes that the key was used, until it expires; and forgets those that have. `false` when it
    /// was used before. Whoever uses the same one at this moment waits for this unit of work to end.
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
