//! How a feature flag was set before: by whom, when and why. It is read from the audit log.

use super::{
    App, FlagError, FlagReader, UseCaseError,
    flag_definitions::{self, unknown},
};
use crate::{
    domain::{
        actor::Surface,
        audit::{AuditCursor, AuditEvent, AuditKind},
        environment::Environment,
        feature::{FeatureTarget, Gates, Recorded, check_flag_name},
        ids::AuditEventId,
        stored::Stored,
        time::Timestamp,
    },
    storage::{AuditFilter, StorageError, UnitOfWork},
};

/// How many changes stand on a page.
pub const PAGE: usize = 20;

/// A page of changes, the newest first.
#[derive(Clone, Debug)]
pub struct HistoryPage {
    pub entries: Vec<HistoryEntry>,
    /// Where the next page begins; `None` when this is the last.
    pub older: Option<AuditCursor>,
}

/// A change of a flag in an environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryEntry {
    /// The audit event, by which it is restored.
    pub event: AuditEventId,
    pub at: Timestamp,
    pub environment: Environment,
    pub by_username: String,
    pub by_name: String,
    pub surface: Stored<Surface>,
    /// What was set, for people: `user ann (User:1), 25 % of actors`; `default` when nothing was.
    pub before: String,
    pub after: String,
    /// What was set; `None` when it cannot be read any more, and so not be restored.
    pub gates_before: Option<Gates>,
    pub gates_after: Option<Gates>,
    pub reason: Option<String>,
    pub request_id: String,
}

/// The changes of a flag in one environment, or in all, from `before` on.
pub async fn flag_history(
    app: &App,
    _reader: &FlagReader,
    name: &str,
    environment: Option<Environment>,
    before: Option<AuditCursor>,
) -> Result<HistoryPage, UseCaseError> {
    check_flag_name(name).map_err(|error| FlagError::BadName(error.message))?;
    let mut uow = app.storage.read().await?;
    let mut events = Vec::new();
    for place in Environment::ALL.into_iter().filter(|it| environment.is_none_or(|only| *it == only)) {
        let limit = i64::try_from(PAGE).unwrap_or(i64::MAX).saturating_add(1);
        let target = FeatureTarget { flag: name, environment: place };
        let found = uow.audit_log().list_of_flag(&target.to_string(), before, limit).await?;
        events.extend(found.into_iter().map(|event| (place, event)));
    }
    if events.is_empty() && before.is_none() && flag_definitions::find(&mut uow, name).await?.is_none() {
        return Err(unknown(&mut uow, name).await?);
    }
    events.sort_unstable_by_key(|(_, event)| std::cmp::Reverse((event.event.at, event.id)));
    let more = events.len() > PAGE;
    events.truncate(PAGE);
    let older = events.last().filter(|_| more).map(|(_, event)| event.cursor());
    Ok(HistoryPage { entries: events.into_iter().map(|(place, event)| entry(place, event)).collect(), older })
}

/// One change of the flag; `None` when the event is none.
pub(super) async fn find_entry(
    uow: &mut UnitOfWork,
    name: &str,
    id: AuditEventId,
) -> Result<Option<HistoryEntry>, StorageError> {
    let mut filter = AuditFilter::default();
    filter.selection.event = Some(id);
    let event = uow.audit_log().list(&filter, 1).await?.pop();
    Ok(event.and_then(|event| {
        let is_change = matches!(
            event.event.kind.known(),
            Some(AuditKind::FeatureFlagUpdated | AuditKind::FeatureFlagDeleted)
        );
        let FeatureTarget { flag, environment } = FeatureTarget::read(&event.event.target);
        (is_change && flag == name).then(|| entry(environment, event.clone()))
    }))
}

fn entry(environment: Environment, AuditEvent { id, event, .. }: AuditEvent) -> HistoryEntry {
    let (before, after) = (Recorded::parse(&event.from), Recorded::parse(&event.to));
    HistoryEntry {
        event: id,
        at: event.at,
        environment,
        by_username: event.actor.username,
        by_name: event.actor.name,
        surface: event.surface,
        gates_before: before.gates(),
        gates_after: after.gates(),
        before: before.gates,
        after: after.gates,
        reason: after.reason,
        request_id: event.request_id,
    }
}
