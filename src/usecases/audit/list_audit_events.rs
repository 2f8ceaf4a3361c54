//! Who changed what: for a group's owners, for administrators and operators the whole log.

use crate::{
    domain::{
        access::Action,
        audit::{AuditCursor, AuditEvent},
        audit_query::AuditSelection,
        ids::NamespaceId,
        namespace::GroupPath,
    },
    storage::{AuditFilter, LedgerEntry, StorageError, UnitOfWork},
    usecases::{
        App, Caller, UseCaseError, load,
        people::group_frame::{GroupFrame, may},
    },
};

/// How many events stand on a page.
pub const PAGE: i64 = 50;
/// How much of the ledger the page shows.
const LEDGER_SHOWN: i64 = 20;

/// A page of events, the newest first.
#[derive(Clone, Debug)]
pub struct AuditPage {
    pub events: Vec<AuditEvent>,
    /// Where the next page begins; `None` when this is the last.
    pub older: Option<AuditCursor>,
}

/// The history of a namespace.
#[derive(Clone, Debug)]
pub struct GroupHistory {
    pub frame: GroupFrame,
    /// `None` when nothing was asked for.
    pub page: Option<AuditPage>,
    /// The consents of the top-level group, the newest first.
    pub ledger: Vec<LedgerEntry>,
}

/// The history of a namespace from `before` on. Without a selection, only what stands around it.
pub async fn list_audit_events(
    app: &App,
    caller: &Caller,
    path: &GroupPath,
    selection: Option<AuditSelection>,
    before: Option<AuditCursor>,
) -> Result<GroupHistory, UseCaseError> {
    let mut uow = app.storage.read().await?;
    let loaded = load::namespace(&mut uow, caller, path, Action::ReadAudit).await?;
    let namespace = loaded.namespace;
    let page = match selection {
        Some(selection) => {
            let filter = filter(&mut uow, Some(namespace.id), selection).await?;
            Some(page(&mut uow, AuditFilter { before, ..filter }).await?)
        }
        None => None,
    };
    Ok(GroupHistory {
        page,
        ledger: uow.consents().list(namespace.root, LEDGER_SHOWN).await?,
        frame: GroupFrame {
            ancestors: uow.namespaces().ancestors(namespace.id).await?,
            may: may(caller, loaded.standing),
            namespace,
        },
    })
}

/// A page of the whole log. For administrators: for everybody else there is none.
pub async fn list_all_audit_events(
    app: &App,
    caller: &Caller,
    selection: Option<AuditSelection>,
    before: Option<AuditCursor>,
) -> Result<Option<AuditPage>, UseCaseError> {
    load::administrator(caller)?;
    let Some(selection) = selection else { return Ok(None) };
    let mut uow = app.storage.read().await?;
    let filter = filter(&mut uow, None, selection).await?;
    Ok(Some(page(&mut uow, AuditFilter { before, ..filter }).await?))
}

/// The events of a namespace, or of the whole log, that `caller` may take away.
pub async fn exportable(
    app: &App,
    caller: &Caller,
    path: Option<&GroupPath>,
    selection: AuditSelection,
) -> Result<AuditFilter, UseCaseError> {
    let mut uow = app.storage.read().await?;
    let namespace = if let Some(path) = path {
        Some(load::namespace(&mut uow, caller, path, Action::ReadAudit).await?.namespace.id)
    } else {
        load::administrator(caller)?;
        None
    };
    Ok(filter(&mut uow, namespace, selection).await?)
}

/// The latest events of the whole log, for whoever has the database.
pub async fn list_latest(app: &App, limit: i64) -> Result<Vec<AuditEvent>, StorageError> {
    app.storage.read().await?.audit_log().list(&AuditFilter::default(), limit).await
}

/// A user is found however the name is written; whoever is gone, by the name as it was.
async fn filter(
    uow: &mut UnitOfWork,
    namespace: Option<NamespaceId>,
    mut selection: AuditSelection,
) -> Result<AuditFilter, StorageError> {
    if let Some(name) = &mut selection.person
        && let Some(user) = uow.users().find_by_username(name).await?
    {
        *name = user.username;
    }
    Ok(AuditFilter { namespace, selection, before: None })
}

async fn page(uow: &mut UnitOfWork, filter: AuditFilter) -> Result<AuditPage, StorageError> {
    let mut events = uow.audit_log().list(&filter, PAGE + 1).await?;
    let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let more = events.len() > page;
    events.truncate(page);
    Ok(AuditPage { older: events.last().filter(|_| more).map(AuditEvent::cursor), events })
}
