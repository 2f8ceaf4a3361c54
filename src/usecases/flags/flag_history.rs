//! The history of a feature flag's gates: who changed what, when and why. Read from the machine-readable
//! fields of audit events; their text is shown only where these are missing.

use std::collections::BTreeSet;

use super::{
    flag_definitions::{self, unknown},
    flag_names::all_names,
};
use crate::{
    domain::{
        actor::Surface,
        audit::{AuditCursor, AuditEvent, AuditKind, StateChange},
        environment::Environment,
        flags::{Gates, check_flag_name},
        ids::AuditEventId,
        stored::Stored,
        time::Timestamp,
    },
    storage::{AuditFilter, StorageError, UnitOfWork},
    usecases::{App, FlagError, FlagReader, UseCaseError},
};

/// Changes per page.
pub const PAGE: usize = 20;

/// A page of changes, newest first.
#[derive(Clone, Debug)]
pub struct HistoryPage {
    pub entries: Vec<HistoryEntry>,
    /// The cursor of the next page; `None` on the last page.
    pub older: Option<AuditCursor>,
}

/// A change of a flag in an environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryEntry {
    /// The audit event, which identifies the change for a restore.
    pub event: AuditEventId,
    pub at: Timestamp,
    pub environment: Environment,
    pub by_username: String,
    pub by_name: String,
    pub surface: Stored<Surface>,
    /// The gates for people, with current names: `user ann (User:1), 25 % of actors`; `default` when none was
    /// set.
    pub before: String,
    pub after: String,
    /// The gates; `None` when they were not recorded, or by a release with other gates. They cannot be
    /// restored then.
    pub gates_before: Option<Gates>,
    pub gates_after: Option<Gates>,
    pub reason: Option<String>,
    pub request_id: String,
}

/// The changes of a flag in one environment, or all, from `before` on.
pub async fn flag_history(
    app: &App,
    _reader: &FlagReader,
    name: &str,
    environment: Option<Environment>,
    before: Option<AuditCursor>,
) -> Result<HistoryPage, UseCaseError> {
    check_flag_name(name).map_err(|error| FlagError::BadName(error.message))?;
    let mut uow = app.storage.read().await?;
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX).saturating_add(1);
    let mut events = uow.audit_log().list_of_flag(name, environment, before, limit).await?;
    if events.is_empty() && before.is_none() && flag_definitions::find(&mut uow, name).await?.is_none() {
        return Err(unknown(&mut uow, name).await?);
    }
    let more = events.len() > PAGE;
    events.truncate(PAGE);
    let older = events.last().filter(|_| more).map(AuditEvent::cursor);
    Ok(HistoryPage { entries: entries(&mut uow, events).await?, older })
}

/// A single change of the flag; `None` when the event is not one.
pub(super) async fn find_entry(
    uow: &mut UnitOfWork,
    name: &str,
    id: AuditEventId,
) -> Result<Option<HistoryEntry>, StorageError> {
    let mut filter = AuditFilter::default();
    filter.selection.event = Some(id);
    let event = uow.audit_log().list(&filter, 1).await?.pop();
    let event = event.filter(|AuditEvent { event, .. }| {
        let is_change =
            matches!(event.kind.known(), Some(AuditKind::FeatureFlagUpdated | AuditKind::FeatureFlagDeleted));
        is_change && event.target == name
    });
    Ok(entries(uow, event).await?.pop())
}

/// Changes of a flag. Those in an environment that only a newer release knows are omitted, as they could not
/// be restored.
async fn entries(
    uow: &mut UnitOfWork,
    events: impl IntoIterator<Item = AuditEvent>,
) -> Result<Vec<HistoryEntry>, StorageError> {
    let read = |it: AuditEvent| {
        let states = it.event.states.as_ref();
        let before = states.and_then(|StateChange { before, .. }| gates(before));
        let after = states.and_then(|StateChange { after, .. }| gates(after));
        (it, before, after)
    };
    let read: Vec<_> = events.into_iter().map(read).collect();
    let all = read.iter().flat_map(|(_, before, after)| [before, after]).flatten();
    let actors: BTreeSet<_> = all.flat_map(|gates| gates.actors.iter().chain(&gates.opted_out)).collect();
    let names = all_names(uow, actors).await?;
    let in_words = |gates: Option<&Gates>, said: String| match gates {
        Some(gates) => gates.recorded_words(|actor| names.get(&actor).cloned()),
        None if said.is_empty() => Gates::default().recorded_words(|_| None),
        None => said,
    };
    let entry = |(AuditEvent { id, event, .. }, gates_before, gates_after): (_, Option<_>, Option<_>)| {
        Some(HistoryEntry {
            event: id,
            at: event.at,
            environment: event.environment?.known()?,
            by_username: event.actor.username,
            by_name: event.actor.name,
            surface: event.surface,
            before: in_words(gates_before.as_ref(), event.from),
            after: in_words(gates_after.as_ref(), event.to),
            gates_before,
            gates_after,
            reason: event.reason,
            request_id: event.request_id,
        })
    };
    Ok(read.into_iter().filter_map(entry).collect())
}

/// Parses recorded gates; `None` when a newer release, or somebody else, wrote them.
fn gates(json: &str) -> Option<Gates> {
    serde_json::from_str(json).ok().filter(Gates::is_well_formed)
}
