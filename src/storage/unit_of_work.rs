//! The unit of work: one transaction, on which repositories work. Rolled back when dropped without a commit.

use super::{Changes, StorageError, sealed_rows::Unsealed, unwritten::Unwritten};

/// How many rows a statement looks up by id.
pub(super) const AT_ONCE: usize = 50;

/// How far lists for programs are counted; a statement counts one more for "beyond".
pub(super) const MOST_COUNTED: i64 = 10_000;

/// The placeholders of that many ids, from `$1` on.
macro_rules! fifty {
    () => {
        "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, $47, $48, $49, $50"
    };
}
pub(crate) use fifty;

/// Ids or keys in batches for such a statement. The last one is repeated to fill the remaining parameters.
pub(super) fn batches<T>(all: &[T]) -> impl Iterator<Item = impl Iterator<Item = &T>> {
    all.chunks(AT_ONCE).map(|batch| batch.iter().chain(batch.last().into_iter().cycle()).take(AT_ONCE))
}

pub(crate) enum Transaction {
    Sqlite(sqlx::Transaction<'static, sqlx::Sqlite>),
    Postgres(sqlx::Transaction<'static, sqlx::Postgres>),
}

pub struct UnitOfWork {
    pub(super) transaction: Transaction,
    /// Whether a statement failed, or a save was stale.
    pub(super) failed: bool,
    /// What the commit seals: audit events, which it also inserts, and rows of the consent ledger.
    pub(super) unsealed: Vec<Unsealed>,
    /// What the commit writes to the change feed.
    pub(super) unwritten: Unwritten,
    pub(super) changes: Changes,
}

/// Declares the accessor of a repository in its own file, so that the transaction knows none of them.
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
    /// The new version after a save over version `seen`. No version, or one that is not the successor because
    /// the row was deleted and created anew, is stale, and prevents a commit.
    pub(super) fn saved(&mut self, version: Option<i64>, seen: i64) -> Result<i64, StorageError> {
        match version {
            Some(version) if Some(version) == seen.checked_add(1) => Ok(version),
            _ => {
                self.failed = true;
                Err(StorageError::Stale)
            }
        }
    }

    /// Commits the writes together with audit events and change feed.
    ///
    /// # Errors
    /// [`StorageError::RolledBack`] when any statement failed, even if the caller ignored it. PostgreSQL
    /// would roll back and report success, SQLite would commit a part.
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
        // A commit that reported an error may still have taken effect.
        if !changed.is_empty() {
            self.changes.happened(changed);
        }
        Ok(committed?)
    }
}
