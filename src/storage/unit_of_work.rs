//! One transaction, in which repositories work. Dropped without a commit it never happened.

use super::{Changes, StorageError, sealed_rows::Unsealed, unwritten::Unwritten};

/// How many rows a statement looks up by their ids.
pub(super) const AT_ONCE: usize = 50;

pub(crate) enum Transaction {
    Sqlite(sqlx::Transaction<'static, sqlx::Sqlite>),
    Postgres(sqlx::Transaction<'static, sqlx::Postgres>),
}

pub struct UnitOfWork {
    pub(super) transaction: Transaction,
    /// Whether a statement failed in it, or a save was stale.
    pub(super) failed: bool,
    /// What the commit seals: audit events, which it writes, and rows of the consent ledger.
    pub(super) unsealed: Vec<Unsealed>,
    /// What the commit writes into the change feed.
    pub(super) unwritten: Unwritten,
    pub(super) changes: Changes,
}

/// How a repository is got from the transaction that it works in. Each says so itself: the transaction
/// knows none.
macro_rules! repository {
    ($method:ident -> $repository:ident) => {
        impl UnitOfWork {
            pub fn $method(&mut self) -> $repository<'_> {
                $repository { uow: self }
            }
        }
    };
}
pub(crate) use repository;

impl UnitOfWork {
    /// The version that a save over version `seen` came to. None, or one that does not follow it
    /// because the row is gone and was made anew, is stale, and nothing of this can be committed.
    pub(super) fn saved(&mut self, version: Option<i64>, seen: i64) -> Result<i64, StorageError> {
        match version {
            Some(version) if Some(version) == seen.checked_add(1) => Ok(version),
            _ => {
                self.failed = true;
                Err(StorageError::Stale)
            }
        }
    }

    /// Writes the audit events and the change feed, and makes everything durable, together.
    ///
    /// # Errors
    /// [`StorageError::RolledBack`] when something failed in it, whether or not the caller minded.
    /// PostgreSQL would roll back and call that a success, SQLite would keep a part.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn commit(mut self) -> Result<(), StorageError> {
        if self.failed {
            return Err(StorageError::RolledBack);
        }
        let unsealed = std::mem::take(&mut self.unsealed);
        if !unsealed.is_empty() {
            self.audit_chain().seal(unsealed).await?;
        }
        let changed = self.change_feed().write().await?;
        let committed = match self.transaction {
            Transaction::Sqlite(transaction) => transaction.commit().await,
            Transaction::Postgres(transaction) => transaction.commit().await,
        };
        // A commit that failed may have come through all the same.
        if !changed.is_empty() {
            self.changes.happened(changed);
        }
        Ok(committed?)
    }
}
