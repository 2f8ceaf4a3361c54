//! Who may administer what is no flag and no group: operators at the command line, and administrators.

use super::{App, Caller, Origin, UseCaseError, fresh_sign_in::require_fresh, load};
use crate::domain::audit::AuditActor;

/// Somebody who may. There is no other way to have one than to be allowed.
#[derive(Clone, Debug)]
pub struct Administrator {
    pub(super) actor: AuditActor,
    pub(super) origin: Origin,
}

impl Administrator {
    /// Whoever works at the command line: they have the database, so nobody asks who they are.
    pub fn operator(origin: Origin) -> Self {
        Self { actor: origin.operator(), origin }
    }

    /// Somebody at a page who only reads.
    ///
    /// # Errors
    /// [`UseCaseError::NeedsAdministrator`] for whoever is no administrator.
    pub fn reading(caller: &Caller) -> Result<Self, UseCaseError> {
        load::administrator(caller)?;
        Ok(Self { actor: caller.audit_actor(), origin: caller.origin.clone() })
    }

    /// Somebody at a page who changes something: they have to have proved lately who they are.
    ///
    /// # Errors
    /// Besides those, [`UseCaseError::StaleSignIn`].
    pub fn at_page(app: &App, caller: &Caller) -> Result<Self, UseCaseError> {
        let administrator = Self::reading(caller)?;
        require_fresh(app, caller)?;
        Ok(administrator)
    }
}
