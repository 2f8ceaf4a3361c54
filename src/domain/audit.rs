//! Audit events: every change is one event, written in the transaction of the change.

pub use super::audit_kind::AuditKind;
use super::{
    actor::Surface,
    audit_chain::ChainPoint,
    change::{ChangedIn, NewChange, Topic},
    environment::Environment,
    ids::{AuditEventId, NamespaceId, UserId},
    stored::Stored,
    time::Timestamp,
};

/// Who did it, with the names of that time: they outlive the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditActor {
    /// `None` for an operator at the command line and for failed sign-ins.
    pub id: Option<UserId>,
    /// Empty for a failed sign-in with an unknown username.
    pub username: String,
    pub name: String,
}

/// The namespace it happened in, with its path of that time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditNamespace {
    pub id: NamespaceId,
    pub path: String,
}

/// An event before it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAuditEvent<Kind = AuditKind, Place = Surface> {
    pub at: Timestamp,
    pub kind: Kind,
    pub actor: AuditActor,
    pub surface: Place,
    pub namespace: Option<AuditNamespace>,
    /// What was changed: a flow's reference, a flag's name, a setting's key, a username.
    pub target: String,
    /// The value before and after, for people; empty where there is none. Never a secret, and never parsed.
    pub from: String,
    pub to: String,
    /// The client's IP address; empty at the command line.
    pub remote_ip: String,
    pub request_id: String,
    /// For settings that exist per environment. May be unknown to this release.
    pub environment: Option<Stored<Environment>>,
    /// The reason given, where one is asked for.
    pub reason: Option<String>,
    /// The state before and after, machine-readable.
    pub states: Option<StateChange>,
}

/// The state before and after a change, as JSON; the event's kind determines the format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateChange {
    pub before: String,
    pub after: String,
}

impl<Kind, Place> NewAuditEvent<Kind, Place> {
    /// An event with the mandatory fields only.
    pub fn new(
        at: Timestamp,
        kind: Kind,
        actor: AuditActor,
        surface: Place,
        target: impl Into<String>,
    ) -> Self {
        Self {
            at,
            kind,
            actor,
            surface,
            namespace: None,
            target: target.into(),
            from: String::new(),
            to: String::new(),
            remote_ip: String::new(),
            request_id: String::new(),
            environment: None,
            reason: None,
            states: None,
        }
    }
}

impl NewAuditEvent {
    /// The entry in the change feed: what changed, without the values. `None` when the kind is not published.
    pub fn change(&self) -> Option<NewChange> {
        let topic = self.kind.told_of()?;
        // Such an event's target is the setting; whose preferences they are is the actor.
        let about = (topic == Topic::Preferences).then_some(&self.actor);
        Some(NewChange {
            at: self.at,
            topic,
            key: about.map_or(&self.target, |it| &it.username).clone(),
            environment: self.environment.as_ref().and_then(Stored::known),
            kind: self.kind.key(),
            namespace: self.namespace.as_ref().map(|it| ChangedIn { id: it.id, path: it.path.clone() }),
            user: about.and_then(|it| it.id),
        })
    }
}

/// A stored event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEvent {
    pub id: AuditEventId,
    /// Kind and surface may be unknown to this release.
    pub event: NewAuditEvent<Stored<AuditKind>, Stored<Surface>>,
    /// Its position in the audit chain; `None` when not sealed.
    pub sealed: Option<ChainPoint>,
}

/// Where a list of events, newest first, continues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditCursor {
    pub at: Timestamp,
    pub id: AuditEventId,
}

impl AuditEvent {
    pub const fn cursor(&self) -> AuditCursor {
        AuditCursor { at: self.event.at, id: self.id }
    }
}
