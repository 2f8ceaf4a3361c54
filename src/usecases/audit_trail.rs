//! Writing audit events: who and where from come from the caller, the rest is said.

use super::{App, Caller, Origin};
use crate::{
    domain::{
        audit::{AuditActor, AuditKind, AuditNamespace, NewAuditEvent},
        namespace::Namespace,
        time::Timestamp,
    },
    storage::UnitOfWork,
};

/// What happened, to what.
pub(super) struct Happened<'a> {
    pub kind: AuditKind,
    pub namespace: Option<&'a Namespace>,
    pub target: &'a str,
    pub from: String,
    pub to: String,
}

impl<'a> Happened<'a> {
    /// Something that has no value before and after.
    pub fn to(kind: AuditKind, target: &'a str) -> Self {
        Self { kind, namespace: None, target, from: String::new(), to: String::new() }
    }
}

/// Adds the event to the unit of work of the change, which writes it when it commits.
pub(super) fn record(app: &App, uow: &mut UnitOfWork, caller: &Caller, happened: Happened<'_>) {
    record_as(app.now(), uow, caller.audit_actor(), &caller.origin, happened);
}

/// The same for whoever is not signed in.
pub(super) fn record_as(
    at: Timestamp,
    uow: &mut UnitOfWork,
    actor: AuditActor,
    origin: &Origin,
    happened: Happened<'_>,
) {
    let event = NewAuditEvent {
        at,
        kind: happened.kind,
        actor,
        surface: origin.surface,
        namespace: happened
            .namespace
            .map(|namespace| AuditNamespace { id: namespace.id, path: namespace.path.to_string() }),
        target: happened.target.to_owned(),
        from: happened.from,
        to: happened.to,
        remote_ip: origin.remote_ip_text(),
        request_id: origin.request_id.clone(),
    };
    uow.audit_log().append(event);
}
