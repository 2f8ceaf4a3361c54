//! Who changed what: for a group's owners, and for operators the whole log.

use super::{
    App, Caller, UseCaseError, load,
    show_group::{GroupFrame, may},
};
use crate::{
    domain::{access::Action, audit::AuditEvent, ids::AuditEventId, namespace::GroupPath, time::Timestamp},
    storage::{AuditFilter, LedgerEntry, StorageError},
};

/// How many events stand on a page.
pub const PAGE: i64 = 50;
/// How much of the ledger the page shows.
const LEDGER_SHOWN: i64 = 20;

#[derive(Clone, Debug)]
pub struct AuditPage {
    pub frame: GroupFrame,
    pub events: Vec<AuditEvent>,
    /// Where the next page begins; `None` when this is the last.
    pub older: Option<AuditEventId>,
    /// The consents of the top-level group, the newest first.
    pub ledger: Vec<LedgerEntry>,
    pub now: Timestamp,
}

/// The history of a namespace, the newest first, from `before` on.
pub async fn list_audit_events(
    app: &App,
    caller: &Caller,
    path: &GroupPath,
    before: Option<AuditEventId>,
) -> Result<AuditPage, UseCaseError> {
    let mut uow = app.storage.read().await?;
    let loaded = load::namespace(&mut uow, caller, path, Action::ReadAudit).await?;
    let namespace = loaded.namespace;
    let filter = AuditFilter { namespace: Some(namespace.id), before };
    let mut events = uow.audit_log().list(filter, PAGE + 1).await?;
    let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let more = events.len() > page;
    events.truncate(page);
    Ok(AuditPage {
        older: events.last().filter(|_| more).map(|event| event.id),
        events,
        ledger: uow.consents().list(namespace.root, LEDGER_SHOWN).await?,
        now: app.now(),
        frame: GroupFrame {
            ancestors: uow.namespaces().ancestors(namespace.id).await?,
            may: may(caller, loaded.standing),
            namespace,
        },
    })
}

/// A page of the whole log, for whoever has the database.
pub async fn list_all(
    app: &App,
    before: Option<AuditEventId>,
    limit: i64,
) -> Result<Vec<AuditEvent>, StorageError> {
    app.storage.read().await?.audit_log().list(AuditFilter { namespace: None, before }, limit).await
}
