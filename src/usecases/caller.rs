//! The caller of a use case.

use std::net::IpAddr;

use crate::domain::{
    actor::{Actor, Surface},
    audit::AuditActor,
    ids::SessionId,
    preferences::Display,
    user::OPERATOR,
};

/// The origin of a request, recorded in audit log and ledger besides the actor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    pub surface: Surface,
    pub request_id: String,
    /// The client's IP address; `None` at the command line.
    pub remote_ip: Option<IpAddr>,
}

/// An actor with the origin of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    pub actor: Actor,
    pub origin: Origin,
}

/// A caller with a session: their display preferences, and its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    pub caller: Caller,
    pub display: Display,
    pub session: SessionId,
}

impl Caller {
    pub fn audit_actor(&self) -> AuditActor {
        AuditActor {
            id: Some(self.actor.id),
            username: self.actor.username.clone(),
            name: self.actor.name.clone(),
        }
    }
}

impl Origin {
    /// The same request, but from another surface.
    #[must_use]
    pub fn through(self, surface: Surface) -> Self {
        Self { surface, ..self }
    }

    /// The client's IP address as stored; empty when there is none.
    pub fn remote_ip_text(&self) -> String {
        self.remote_ip.map(|ip| ip.to_string()).unwrap_or_default()
    }

    /// The actor of the command line, whose access to the database is proof enough.
    pub fn operator(&self) -> AuditActor {
        AuditActor { id: None, username: String::from(OPERATOR), name: String::from("Operator") }
    }
}
