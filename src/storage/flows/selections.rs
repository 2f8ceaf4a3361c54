//! Which flows are on in a top-level group, with the current consent.

use crate::{
    domain::{
        change::Topic,
        flows::{
            catalogue::{CATALOGUE, CODE_REVIEW, Flow},
            consent::{CODE_REVIEW_FEATURE, ConsentGiven, FlowState},
        },
        ids::{ConsentId, NamespaceId},
        time::Timestamp,
    },
    storage::{LastChange, StorageError, UnitOfWork, on_db, repository, statements},
};

/// Selects flows with the current consent, with an additional condition.
macro_rules! selection {
    ($($more:literal)?) => {
        concat!(
            "SELECT f.flow, f.enabled, f.version, f.changed_at, f.changed_by_username, f.changed_by_name, l.id AS consent_id, l.at AS consent_at, l.username AS consent_username, l.user_name AS consent_name FROM flow_selections f LEFT JOIN namespace_consents c ON c.namespace_id = f.namespace_id AND c.feature = $2 AND f.flow = $3 LEFT JOIN consent_ledger l ON l.id = c.ledger_id WHERE f.namespace_id = $1",
            $($more)?
        )
    };
}

statements! {
    LIST = selection!();
    FIND = selection!(" AND f.flow = $4");
    SAVE = "INSERT INTO flow_selections (namespace_id, flow, enabled, version, changed_at, changed_by_username, changed_by_name) VALUES ($1, $2, $3, 1, $4, $5, $6) ON CONFLICT (namespace_id, flow) DO UPDATE SET enabled = excluded.enabled, version = flow_selections.version + 1, changed_at = excluded.changed_at, changed_by_username = excluded.changed_by_username, changed_by_name = excluded.changed_by_name WHERE flow_selections.version = $7 RETURNING version";
}

#[derive(sqlx::FromRow)]
struct SelectionRow {
    flow: String,
    enabled: bool,
    version: i64,
    changed_at: i64,
    changed_by_username: String,
    changed_by_name: String,
    consent_id: Option<i64>,
    consent_at: Option<i64>,
    consent_username: Option<String>,
    consent_name: Option<String>,
}

/// A flow in a top-level group: its state, and what a form needs to change it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowSelection {
    pub flow: &'static Flow,
    pub state: FlowState,
    /// 0 while it was never switched.
    pub version: i64,
    /// `None` while it was never switched.
    pub changed: Option<LastChange>,
}

impl FlowSelection {
    fn never_switched(flow: &'static Flow) -> Self {
        Self { flow, state: FlowState::Off, version: 0, changed: None }
    }

    fn from_row(flow: &'static Flow, row: SelectionRow) -> Self {
        let given = consent_given(row.consent_id, row.consent_at, row.consent_username, row.consent_name);
        Self {
            flow,
            state: FlowState::new(flow, row.enabled, given),
            version: row.version,
            changed: Some(LastChange {
                at: Timestamp::from_millis(row.changed_at),
                by_username: row.changed_by_username,
                by_name: row.changed_by_name,
            }),
        }
    }
}

/// The current consent from the columns of its row in the ledger; `None` when there is no row.
pub(in crate::storage) fn consent_given(
    id: Option<i64>,
    at: Option<i64>,
    username: Option<String>,
    name: Option<String>,
) -> Option<ConsentGiven> {
    match (id, at, username, name) {
        (Some(id), Some(at), Some(by_username), Some(by_name)) => {
            Some(ConsentGiven { id: ConsentId(id), at: Timestamp::from_millis(at), by_username, by_name })
        }
        _ => None,
    }
}

pub struct FlowSelections<'a> {
    pub(in crate::storage) uow: &'a mut UnitOfWork,
}

repository!(flow_selections -> FlowSelections);

impl FlowSelections<'_> {
    /// All flows in catalogue order. Stored flows that are no longer in the catalogue are omitted.
    pub async fn list(&mut self, top_level: NamespaceId) -> Result<Vec<FlowSelection>, StorageError> {
        let mut rows: Vec<SelectionRow> = on_db!(self.uow, |c| sqlx::query_as(LIST)
            .bind(top_level.0)
            .bind(CODE_REVIEW_FEATURE)
            .bind(CODE_REVIEW)
            .fetch_all(c)
            .await)?;
        let selection = |flow: &'static Flow| match rows.iter().position(|row| row.flow == flow.reference) {
            Some(at) => FlowSelection::from_row(flow, rows.swap_remove(at)),
            None => FlowSelection::never_switched(flow),
        };
        Ok(CATALOGUE.iter().map(selection).collect())
    }

    /// A single flow.
    pub async fn find(
        &mut self,
        top_level: NamespaceId,
        flow: &'static Flow,
    ) -> Result<FlowSelection, StorageError> {
        let row: Option<SelectionRow> = on_db!(self.uow, |c| sqlx::query_as(FIND)
            .bind(top_level.0)
            .bind(CODE_REVIEW_FEATURE)
            .bind(CODE_REVIEW)
            .bind(flow.reference)
            .fetch_optional(c)
            .await)?;
        Ok(row.map_or_else(|| FlowSelection::never_switched(flow), |row| FlowSelection::from_row(flow, row)))
    }

    /// Switches a flow, and returns the new version. Consent is recorded separately, in the same unit of
    /// work.
    ///
    /// # Errors
    /// [`StorageError::Stale`] when it was switched since version `seen` was read.
    pub async fn save(
        &mut self,
        top_level: NamespaceId,
        flow: &Flow,
        enabled: bool,
        change: &LastChange,
        seen: i64,
    ) -> Result<i64, StorageError> {
        let version: Option<i64> = on_db!(self.uow, |c| sqlx::query_scalar(SAVE)
            .bind(top_level.0)
            .bind(flow.reference)
            .bind(enabled)
            .bind(change.at.as_millis())
            .bind(&change.by_username)
            .bind(&change.by_name)
            .bind(seen)
            .fetch_optional(c)
            .await)?;
        self.uow.change_feed().touch(Topic::Flows);
        self.uow.saved(version, seen)
    }
}
