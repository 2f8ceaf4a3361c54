//! What the audit log says: every change is one event, written with the change.

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

/// Who did it, as they were then; a name outlives the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditActor {
    /// `None` for an operator at the command line and for whoever failed to sign in.
    pub id: Option<UserId>,
    /// Empty for whoever failed to sign in by a name that nobody here has.
    pub username: String,
    pub name: String,
}

/// The namespace it happened in, as it was called then.
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
    /// What it was done to: a flow's reference, a flag's name, a setting's key, a user name.
    pub target: String,
    /// The value before and after in words; empty where there is none. Never a secret. For people: no
    /// program reads it back.
    pub from: String,
    pub to: String,
    /// Where the request came from: an address, or empty at the command line.
    pub remote_ip: String,
    pub request_id: String,
    /// Where, for what is set for each environment by itself. It may be of a newer release.
    pub environment: Option<Stored<Environment>>,
    /// Why, where that is asked for and was said.
    pub reason: Option<String>,
    /// What was set before and after, for programs.
    pub states: Option<StateChange>,
}

/// What was set before a change and after it, as JSON. Its kind says which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateChange {
    pub before: String,
    pub after: String,
}

impl<Kind, Place> NewAuditEvent<Kind, Place> {
    /// The least that an event says.
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
    /// What clients are told of it. It names what changed, and neither who nor to what.
    pub fn change(&self) -> Option<NewChange> {
        let topic = self.kind.told_of()?;
        // Such an event names the setting; whose it is, is who made it.
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
    /// It may be of a newer release.
    pub event: NewAuditEvent<Stored<AuditKind>, Stored<Surface>>,
    /// Its place in the audit chain; `None` when it is not sealed.
    pub sealed: Option<ChainPoint>,
}

/// Where a list of events, the newest first, goes on.
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
