//! The consent ledger, which only grows, and the consent that stands.

use super::{StorageError, UnitOfWork, audit_chain::Unsealed, on_db, statements};
use crate::domain::{
    access::HeldRole,
    actor::{Actor, Surface},
    change::Topic,
    consent::{CODE_REVIEW_FEATURE, LedgerAction},
    ids::{ConsentId, NamespaceId, UserId},
    namespace::Namespace,
    stored::Stored,
    time::Timestamp,
    wording::WordingId,
};

statements! {
    APPEND = "INSERT INTO consent_ledger (at, action, namespace_id, namespace_path, feature, user_id, username, user_name, role, surface, wording, request_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id";
    SET_CURRENT = "INSERT INTO namespace_consents (namespace_id, feature, ledger_id) VALUES ($1, $2, $3)";
    CLEAR_CURRENT = "DELETE FROM namespace_consents WHERE namespace_id = $1 AND feature = $2";
    LIST = "SELECT id, at, action, namespace_id, namespace_path, feature, user_id, username, user_name, role, surface, wording, request_id FROM consent_ledger WHERE namespace_id = $1 AND feature = $2 ORDER BY id DESC LIMIT $3";
}

/// What is written when consent is given or withdrawn.
pub struct NewLedgerEntry<'a> {
    pub at: Timestamp,
    pub action: LedgerAction,
    pub namespace: &'a Namespace,
    pub actor: &'a Actor,
    pub surface: Surface,
    pub role: HeldRole,
    pub wording: &'a WordingId,
    pub request_id: &'a str,
}

/// A row of the ledger: everything as it was then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerEntry {
    pub id: ConsentId,
    pub at: Timestamp,
    /// It may be of a newer release, as may the surface.
    pub action: Stored<LedgerAction>,
    pub namespace: NamespaceId,
    pub namespace_path: String,
    pub user: UserId,
    pub username: String,
    pub user_name: String,
    pub role: String,
    pub surface: Stored<Surface>,
    pub wording: WordingId,
    pub request_id: String,
}

/// A row as it is stored, and as the audit chain seals it.
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

impl From<LedgerRow> for LedgerEntry {
    fn from(row: LedgerRow) -> Self {
        Self {
            id: ConsentId(row.id),
            at: Timestamp::from_millis(row.at),
            action: Stored::read(row.action),
            namespace: NamespaceId(row.namespace_id),
            namespace_path: row.namespace_path,
            user: UserId(row.user_id),
            username: row.username,
            user_name: row.user_name,
            role: row.role,
            surface: Stored::read(row.surface),
            wording: WordingId::from_text(row.wording),
            request_id: row.request_id,
        }
    }
}

/// The consents to the Code Review Flow.
pub struct Consents<'a> {
    pub(super) uow: &'a mut UnitOfWork,
}

impl Consents<'_> {
    /// Writes the ledger's row, which the commit seals, and makes the current state follow it.
    ///
    /// # Errors
    /// [`StorageError::Duplicate`] when consent is given while one stands.
    pub async fn record(&mut self, entry: &NewLedgerEntry<'_>) -> Result<ConsentId, StorageError> {
        let namespace = entry.namespace.id.0;
        let mut row = LedgerRow {
            id: 0,
            at: entry.at.as_millis(),
            action: entry.action.key().to_owned(),
            namespace_id: namespace,
            namespace_path: entry.namespace.path.to_string(),
            feature: CODE_REVIEW_FEATURE.to_owned(),
            user_id: entry.actor.id.0,
            username: entry.actor.username.clone(),
            user_name: entry.actor.name.clone(),
            role: entry.role.name().to_owned(),
            surface: entry.surface.key().to_owned(),
            wording: entry.wording.as_str().to_owned(),
            request_id: entry.request_id.to_owned(),
        };
        let id: i64 = on_db!(self.uow, |c| sqlx::query_scalar(APPEND)
            .bind(row.at)
            .bind(&row.action)
            .bind(row.namespace_id)
            .bind(&row.namespace_path)
            .bind(&row.feature)
            .bind(row.user_id)
            .bind(&row.username)
            .bind(&row.user_name)
            .bind(&row.role)
            .bind(&row.surface)
            .bind(&row.wording)
            .bind(&row.request_id)
            .fetch_one(c)
            .await)?;
        row.id = id;
        self.uow.unsealed.push(Unsealed::Ledger(row));
        self.uow.change_feed().touch(Topic::Flows);
        on_db!(self.uow, |c| match entry.action {
            LedgerAction::Given => {
                sqlx::query(SET_CURRENT)
                    .bind(namespace)
                    .bind(CODE_REVIEW_FEATURE)
                    .bind(id)
                    .execute(c)
                    .await
                    .map(drop)
            }
            LedgerAction::Withdrawn => {
                sqlx::query(CLEAR_CURRENT)
                    .bind(namespace)
                    .bind(CODE_REVIEW_FEATURE)
                    .execute(c)
                    .await
                    .map(drop)
            }
        })?;
        Ok(ConsentId(id))
    }

    /// The ledger of a top-level group, the newest first.
    pub async fn list(
        &mut self,
        top_level: NamespaceId,
        limit: i64,
    ) -> Result<Vec<LedgerEntry>, StorageError> {
        let rows: Vec<LedgerRow> = on_db!(self.uow, |c| sqlx::query_as(LIST)
            .bind(top_level.0)
            .bind(CODE_REVIEW_FEATURE)
            .bind(limit)
            .fetch_all(c)
            .await)?;
        Ok(rows.into_iter().map(LedgerEntry::from).collect())
    }
}
