//! JSON of a user who did something.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::audit::AuditActor;

/// A user, with the name at that time.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Person {
    username: String,
    name: String,
}

impl Person {
    pub const fn new(username: String, name: String) -> Self {
        Self { username, name }
    }

    pub fn username(&self) -> &str {
        &self.username
    }

    pub fn name(&self) -> &str {
        &self.name
    }
}

impl From<AuditActor> for Person {
    fn from(actor: AuditActor) -> Self {
        Self { username: actor.username, name: actor.name }
    }
}
