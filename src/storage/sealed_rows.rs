//! The rows that the chain of hashes seals: those of the audit log and of the consent ledger, as they are
//! stored.

use crate::domain::{
    audit_chain::{RowId, SealedRow},
    ids::{AuditEventId, ConsentId},
};

/// A row that a unit of work seals when it commits.
pub(super) enum Unsealed {
    /// Not written yet: its number is drawn under the lock, so that numbers follow the chain.
    Event(AuditRow),
    /// Written already: the consent that stands refers to it.
    Ledger(LedgerRow),
}

/// A row of the audit log.
#[derive(sqlx::FromRow)]
pub(super) struct AuditRow {
    pub id: i64,
    pub at: i64,
    pub kind: String,
    pub actor_id: Option<i64>,
    pub actor_username: String,
    pub actor_name: String,
    pub surface: String,
    pub namespace_id: Option<i64>,
    pub namespace_path: Option<String>,
    pub target: String,
    pub value_from: String,
    pub value_to: String,
    pub remote_ip: String,
    pub request_id: String,
}

impl AuditRow {
    pub(super) fn sealed(&self) -> SealedRow<'_> {
        SealedRow {
            id: RowId::Event(AuditEventId(self.id)),
            columns: vec![
                self.at.into(),
                self.kind.as_str().into(),
                self.actor_id.into(),
                self.actor_username.as_str().into(),
                self.actor_name.as_str().into(),
                self.surface.as_str().into(),
                self.namespace_id.into(),
                self.namespace_path.as_deref().into(),
                self.target.as_str().into(),
                self.value_from.as_str().into(),
                self.value_to.as_str().into(),
                self.remote_ip.as_str().into(),
                self.request_id.as_str().into(),
            ],
        }
    }
}

/// A row of the consent ledger.
#[derive(sqlx::FromRow)]
pub(super) struct LedgerRow {
    pub id: i64,
    pub at: i64,
    pub action: String,
    pub namespace_id: i64,
    pub namespace_path: String,
    pub feature: String,
    pub user_id: i64,
    pub username: String,
    pub user_name: String,
    pub role: String,
    pub surface: String,
    pub wording: String,
    pub request_id: String,
}

impl LedgerRow {
    pub(super) fn sealed(&self) -> SealedRow<'_> {
        SealedRow {
            id: RowId::Ledger(ConsentId(self.id)),
            columns: vec![
                self.at.into(),
                self.action.as_str().into(),
                self.namespace_id.into(),
                self.namespace_path.as_str().into(),
                self.feature.as_str().into(),
                self.user_id.into(),
                self.username.as_str().into(),
                self.user_name.as_str().into(),
                self.role.as_str().into(),
                self.surface.as_str().into(),
                self.wording.as_str().into(),
                self.request_id.as_str().into(),
            ],
        }
    }
}
