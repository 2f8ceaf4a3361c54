//! Lists audit events: of a group for its owners, the whole log for administrators and operators.

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

/// Events per page.
pub const PAGE: i64 = 50;
/// How many rows of the ledger the page shows.
const LEDGER_SHOWN: i64 = 20;

/// A page of events, newest first.
#[derive(Clone, Debug)]
pub struct AuditPage {
    pub events: Vec<AuditEvent>,
    /// The cursor of the next page; `None` on the last page.
    pub older: Option<AuditCursor>,
}

/// The history of a namespace.
#[derive(Clone, Debug)]
pub struct GroupHistory {
    pub frame: GroupFrame,
    /// `None` without a selection.
    pub page: Option<AuditPage>,
    /// The consents of the top-level group, newest first.
    pub ledger: Vec<LedgerEntry>,
}

/// The history of a namespace from `before` on. Without a selection, only the page frame and the ledger.
pub async fn list_audit_events(
    app: &App,
    caller: &Caller,
    path: &GroupPath,
    selection: Option<AuditSelection>,
    before: Option<AuditCursor>,
) -> Result<GroupHistory, UseCaseError> {
    let mut uow = app.storage.read().await?;
    let loaded = load::namespace(&mut uow, caller, path, Action::ReadAudit, app.now()).await?;
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

/// A page of the whole log. Administrators only; for others it does not exist.
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

/// A filter for the events of a namespace, or of the whole log, that `caller` may export.
pub async fn exportable(
    app: &App,
    caller: &Caller,
    path: Option<&GroupPath>,
    selection: AuditSelection,
) -> Result<AuditFilter, UseCaseError> {
    let mut uow = app.storage.read().await?;
    let namespace = if let Some(path) = path {
        Some(load::namespace(&mut uow, caller, path, Action::ReadAudit, app.now()).await?.namespace.id)
    } else {
        load::administrator(caller)?;
        None
    };
    Ok(filter(&mut uow, namespace, selection).await?)
}

/// The latest events of the whole log, for operators.
pub async fn list_latest(app: &App, limit: i64) -> Result<Vec<AuditEvent>, StorageError> {
    app.storage.read().await?.audit_log().list(&AuditFilter::default(), limit).await
}

/// Usernames are case-insensitive; those of deleted users must match exactly.
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
