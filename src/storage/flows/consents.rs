//! The consent ledger, which is append-only, and the current consents.

use crate::{
    domain::{
        access::HeldRole,
        actor::{Actor, Surface},
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
        unit_of_work::Transaction,
    },
};

/// Inserts a row into the ledger, between two parts of a statement.
macro_rules! append {
    ($($name:ident = $before:literal, $after:literal;)*) => {$(
        const $name: &str = concat!(
            $before,
            "INSERT INTO consent_ledger (",
            ledger_columns!(),
            ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id",
            $after
        );
    )*};
}

// Also updates the current consent: SQLite takes two statements at once, PostgreSQL one nested in another.
append! {
    GIVE_SQLITE = "", "; INSERT INTO namespace_consents (namespace_id, feature, ledger_id) VALUES ($3, $5, last_insert_rowid())";
    GIVE_POSTGRES = "WITH entry AS (", "), standing AS (INSERT INTO namespace_consents (namespace_id, feature, ledger_id) SELECT $3, $5, id FROM entry) SELECT id FROM entry";
    WITHDRAW_SQLITE = "", "; DELETE FROM namespace_consents WHERE namespace_id = $3 AND feature = $5";
    WITHDRAW_POSTGRES = "WITH entry AS (", "), standing AS (DELETE FROM namespace_consents WHERE namespace_id = $3 AND feature = $5) SELECT id FROM entry";
}

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
        let sql = match (&self.uow.transaction, entry.action) {
            (Transaction::Sqlite(_), LedgerAction::Given) => GIVE_SQLITE,
            (Transaction::Sqlite(_), LedgerAction::Withdrawn) => WITHDRAW_SQLITE,
            (Transaction::Postgres(_), LedgerAction::Given) => GIVE_POSTGRES,
            (Transaction::Postgres(_), LedgerAction::Withdrawn) => WITHDRAW_POSTGRES,
        };
        // Fetches all rows, or SQLite would not run the second statement.
        let ids: Vec<i64> = on_db!(self.uow, |c| row.bind(sqlx::query_scalar(sql)).fetch_all(c).await)?;
        row.id = ids.first().copied().ok_or(sqlx::Error::RowNotFound)?;
        let id = ConsentId(row.id);
        self.uow.unsealed.push(Unsealed::Ledger(row));
        self.uow.change_feed().touch(Topic::Flows);
        Ok(id)
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
