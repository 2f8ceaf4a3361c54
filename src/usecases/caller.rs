//! Who calls a use case, and from where.

use std::net::IpAddr;

use crate::domain::{
    actor::{Actor, Surface},
    audit::AuditActor,
    ids::SessionId,
    preferences::Display,
};

/// Where a request came from: what the audit log and the ledger keep besides who.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    pub surface: Surface,
    pub request_id: String,
    /// The client's address; `None` at the command line.
    pub remote_ip: Option<IpAddr>,
}

/// An actor with where they called from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    pub actor: Actor,
    pub origin: Origin,
}

/// Somebody at a page: the caller, and how they like their pages.
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
    /// The same request, through another surface than was thought.
    #[must_use]
    pub fn through(self, surface: Surface) -> Self {
        Self { surface, ..self }
    }

    /// The client's address as it is stored; empty when there is none.
    pub fn remote_ip_text(&self) -> String {
        self.remote_ip.map(|ip| ip.to_string()).unwrap_or_default()
    }

    /// Whoever works at the command line: they have the database, so nobody asks who they are.
    pub fn operator(&self) -> AuditActor {
        AuditActor { id: None, username: String::from("operator"), name: String::from("Operator") }
    }
}
