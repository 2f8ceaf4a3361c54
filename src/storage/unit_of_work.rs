//! One transaction, and the repositories that work in it. Dropped without a commit it never happened.

use super::{
    AuditChain, AuditLog, ChangeFeed, ChangeFreezes, Changes, Chat, Consents, DeployedVersions,
    FeatureGroups, Features, FlagDefinitions, FlowSelections, Identities, Jobs, Links, Memberships,
    Namespaces, Preferences, ScheduledChanges, Sessions, SignInFailures, StorageError, Tokens,
    TopLevelGroups, Users, audit_chain::Unsealed, change_feed::Unwritten,
};

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

macro_rules! repositories {
    ($($method:ident -> $repository:ident),* $(,)?) => {
        impl UnitOfWork {
            $(pub fn $method(&mut self) -> $repository<'_> {
                $repository { uow: self }
            })*
        }
    };
}

repositories! {
    audit_chain -> AuditChain,
    audit_log -> AuditLog,
    change_feed -> ChangeFeed,
    change_freezes -> ChangeFreezes,
    chat -> Chat,
    consents -> Consents,
    deployed_versions -> DeployedVersions,
    feature_groups -> FeatureGroups,
    features -> Features,
    flag_definitions -> FlagDefinitions,
    flow_selections -> FlowSelections,
    identities -> Identities,
    jobs -> Jobs,
    links -> Links,
    memberships -> Memberships,
    namespaces -> Namespaces,
    preferences -> Preferences,
    scheduled_changes -> ScheduledChanges,
    sessions -> Sessions,
    sign_in_failures -> SignInFailures,
    tokens -> Tokens,
    top_level_groups -> TopLevelGroups,
    users -> Users,
}

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
