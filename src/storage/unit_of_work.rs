//! One transaction, and the repositories that work in it. Dropped without a commit it never happened.

use super::{
    AuditLog, Consents, Features, FlowSelections, Memberships, Namespaces, Preferences, Sessions,
    StorageError, Tokens, TopLevelGroups, Users,
};

pub(crate) enum Transaction {
    Sqlite(sqlx::Transaction<'static, sqlx::Sqlite>),
    Postgres(sqlx::Transaction<'static, sqlx::Postgres>),
}

pub struct UnitOfWork {
    pub(super) transaction: Transaction,
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
    audit_log -> AuditLog,
    consents -> Consents,
    features -> Features,
    flow_selections -> FlowSelections,
    memberships -> Memberships,
    namespaces -> Namespaces,
    preferences -> Preferences,
    sessions -> Sessions,
    tokens -> Tokens,
    top_level_groups -> TopLevelGroups,
    users -> Users,
}

impl UnitOfWork {
    /// Makes everything written in it durable, together.
    pub async fn commit(self) -> Result<(), StorageError> {
        match self.transaction {
            Transaction::Sqlite(transaction) => transaction.commit().await?,
            Transaction::Postgres(transaction) => transaction.commit().await?,
        }
        Ok(())
    }
}
