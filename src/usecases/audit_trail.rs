//! Records audit events: actor and origin come from the caller.

use super::{App, Caller, Origin};
use crate::{
    domain::{
        audit::{AuditActor, AuditKind, AuditNamespace, NewAuditEvent, StateChange},
        environment::Environment,
        namespace::Namespace,
        stored::Stored,
        time::Timestamp,
    },
    storage::UnitOfWork,
};

/// What happened to what.
pub(super) struct Happened<'a> {
    pub kind: AuditKind,
    pub namespace: Option<&'a Namespace>,
    pub target: &'a str,
    /// For settings that exist per environment.
    pub environment: Option<Stored<Environment>>,
    /// For people.
    pub from: String,
    pub to: String,
    pub reason: Option<String>,
    /// Machine-readable.
    pub states: Option<StateChange>,
}

impl<'a> Happened<'a> {
    /// An event without values.
    pub fn to(kind: AuditKind, target: &'a str) -> Self {
        Self {
            kind,
            namespace: None,
            target,
            environment: None,
            from: String::new(),
            to: String::new(),
            reason: None,
            states: None,
        }
    }

    /// An event about a flag in an environment.
    pub fn to_flag(kind: AuditKind, flag: &'a str, environment: Environment) -> Self {
        Self { environment: Some(Stored::Known(environment)), ..Self::to(kind, flag) }
    }
}

/// Adds the event to the unit of work of the change, which writes it on commit.
pub(super) fn record(app: &App, uow: &mut UnitOfWork, caller: &Caller, happened: Happened<'_>) {
    record_as(app.now(), uow, caller.audit_actor(), &caller.origin, happened);
}

/// [`record`] for an actor who is not signed in.
pub(super) fn record_as(
    at: Timestamp,
    uow: &mut UnitOfWork,
    actor: AuditActor,
    origin: &Origin,
    happened: Happened<'_>,
) {
    let event = NewAuditEvent {
        namespace: happened
            .namespace
            .map(|namespace| AuditNamespace { id: namespace.id, path: namespace.path.to_string() }),
        from: happened.from,
        to: happened.to,
        remote_ip: origin.remote_ip_text(),
        request_id: origin.request_id.clone(),
        environment: happened.environment,
        reason: happened.reason,
        states: happened.states,
        ..NewAuditEvent::new(at, happened.kind, actor, origin.surface, happened.target)
    };
    uow.audit_log().append(event);
}
