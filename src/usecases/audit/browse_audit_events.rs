//! Lists audit events for programs: of a group for its Owners, the whole log for administrators.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    domain::{
        access::{Action, may_administer},
        audit::{AuditCursor, AuditEvent},
        audit_query::AuditSelection,
        ids::NamespaceId,
        namespace::{Named, NamespaceKind},
        token::Scope,
    },
    storage::AuditFilter,
    usecases::{App, Caller, UseCaseError, people::find_namespace::find},
};

/// How many events are read at once to be skipped.
const STEP: i64 = 500;

/// Where the page begins: after so many events, or after this one.
#[derive(Clone, Copy, Debug)]
pub enum From {
    Offset(i64),
    After(Option<AuditCursor>),
}

/// Whose events.
#[derive(Clone, Debug)]
pub enum Whose {
    Everybodys,
    /// Of everybody, what happened in the namespace with this id.
    In(NamespaceId),
    Group(Named),
}

/// A page of events, newest first.
#[derive(Clone, Debug)]
pub struct BrowsedEvents {
    pub events: Vec<AuditEvent>,
    /// The kinds of the namespaces that are still there.
    pub kinds: BTreeMap<NamespaceId, NamespaceKind>,
    /// Where the next page begins; `None` on the last page.
    pub next: Option<AuditCursor>,
    /// `None` when nobody counted, or they are too many.
    pub total: Option<i64>,
}

/// # Errors
/// The caller may not read them, or there is no such group.
pub async fn browse_audit_events(
    app: &App,
    caller: &Caller,
    whose: &Whose,
    selection: AuditSelection,
    from: From,
    limit: i64,
) -> Result<BrowsedEvents, UseCaseError> {
    let mut uow = app.storage.read().await?;
    let namespace = match whose {
        Whose::Everybodys | Whose::In(_) => {
            may_administer(&caller.actor, Scope::ReadSettings)?;
            if let Whose::In(id) = whose { Some(*id) } else { None }
        }
        Whose::Group(group) => {
            Some(find(&mut uow, caller, group, Action::ReadAudit, app.now()).await?.namespace.id)
        }
    };
    let (before, mut skipped) = match from {
        From::Offset(offset) => (None, offset),
        From::After(cursor) => (cursor, 0),
    };
    let mut filter = AuditFilter { namespace, selection, before };
    let total = match from {
        From::Offset(_) => uow.audit_log().count(&filter).await?,
        From::After(_) => None,
    };
    // Only a step of what comes before the page is kept at a time.
    while skipped > 0 {
        let step = skipped.min(STEP);
        let before = uow.audit_log().list(&filter, step).await?;
        let Some(last) = before.last() else { break };
        filter.before = Some(last.cursor());
        skipped -= step;
    }
    let mut events = uow.audit_log().list(&filter, limit.saturating_add(1)).await?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = events.len() > limit;
    events.truncate(limit);
    let places: BTreeSet<_> =
        events.iter().filter_map(|it| it.event.namespace.as_ref()).map(|it| it.id).collect();
    let mut kinds = BTreeMap::new();
    for id in places {
        if let Some(namespace) = uow.namespaces().lookup(id).await? {
            kinds.insert(id, namespace.kind);
        }
    }
    Ok(BrowsedEvents { next: events.last().filter(|_| more).map(AuditEvent::cursor), events, kinds, total })
}
