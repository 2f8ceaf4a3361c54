//! The consent ledger, which is append-only, and the current consents.

use crate::{
    domain::{
        access::HeldRole,
        actor::{Actor, Surface},
        audit_chain::Seal,
        change::Topic,
        flows::{
            consent::{CODE_REVIEW_FEATURE, LedgerAction},
            wording::WordingId,
        },
        ids::{ConsentId, NamespaceId, UserId},
        namespace::Namespace,
        stored::Stored,
        time::Timestamp,
    },
    storage::{
        StorageError, UnitOfWork, on_db, repository,
        sealed_rows::{LedgerRow, Unsealed, ledger_columns},
        statements,
    },
};

/// A row to write when consent is given or withdrawn.
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

/// A row of the ledger, with the values of its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerEntry {
    pub id: ConsentId,
    pub at: Timestamp,
    /// May be unknown to this release, as may the surface.
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

statements! {
    APPEND = concat!("INSERT INTO consent_ledger (", ledger_columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id");
    SET_CURRENT = "INSERT INTO namespace_consents (namespace_id, feature, ledger_id) VALUES ($1, $2, $3)";
    CLEAR_CURRENT = "DELETE FROM namespace_consents WHERE namespace_id = $1 AND feature = $2";
    FIND = concat!("SELECT id, ", ledger_columns!(), " FROM consent_ledger WHERE id = $1");
    LIST = concat!("SELECT id, ", ledger_columns!(), " FROM consent_ledger WHERE namespace_id = $1 AND feature = $2 ORDER BY id DESC LIMIT $3");
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

/// Consents to the Code Review Flow.
pub struct Consents<'a> {
    pub(in crate::storage) uow: &'a mut UnitOfWork,
}

repository!(consents -> Consents);

impl Consents<'_> {
    /// Appends to the ledger, to be sealed on commit, and updates the current consent.
    ///
    /// # Errors
    /// [`StorageError::Duplicate`] when consent is given while there is a current one.
    pub async fn record(&mut self, entry: &NewLedgerEntry<'_>) -> Result<ConsentId, StorageError> {
        let mut row = LedgerRow {
            id: 0,
            at: entry.at.as_millis(),
            action: entry.action.key().to_owned(),
            namespace_id: entry.namespace.id.0,
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
        row.id = on_db!(self.uow, |c| row.bind(sqlx::query_scalar(APPEND)).fetch_one(c).await)?;
        let (id, namespace) = (ConsentId(row.id), row.namespace_id);
        self.uow.unsealed.push(Unsealed::Ledger(row));
        self.uow.change_feed().touch(Topic::Flows);
        on_db!(self.uow, |c| match entry.action {
            LedgerAction::Given => {
                let set = sqlx::query(SET_CURRENT).bind(namespace).bind(CODE_REVIEW_FEATURE).bind(id.0);
                set.execute(c).await.map(drop)
            }
            LedgerAction::Withdrawn => {
                let clear = sqlx::query(CLEAR_CURRENT).bind(namespace).bind(CODE_REVIEW_FEATURE);
                clear.execute(c).await.map(drop)
            }
        })?;
        Ok(id)
    }

    /// A row of the ledger, and what the audit chain says of it; `None` when there is none.
    pub async fn find(&mut self, id: ConsentId) -> Result<Option<(LedgerEntry, Seal)>, StorageError> {
        let row: Option<LedgerRow> =
            on_db!(self.uow, |c| sqlx::query_as(FIND).bind(id.0).fetch_optional(c).await)?;
        let Some(row) = row else { return Ok(None) };
        let seal = self.uow.audit_chain().seal_of(&row).await?;
        Ok(Some((row.into(), seal)))
    }

    /// The ledger of a top-level group, newest first.
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
