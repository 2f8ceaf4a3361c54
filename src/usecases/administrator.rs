//! Authorisation for administration that concerns neither flags nor groups: operators at the command line,
//! and administrators.

use super::{App, Caller, Origin, UseCaseError, fresh_sign_in::require_fresh, load};
use crate::domain::{access::may_administer, audit::AuditActor, token::Scope};

/// Proof that the caller may administer; only the checks below construct it.
#[derive(Clone, Debug)]
pub struct Administrator {
    pub(super) actor: AuditActor,
    pub(super) origin: Origin,
}

impl Administrator {
    /// An operator at the command line, whose access to the database is proof enough.
    pub fn operator(origin: Origin) -> Self {
        Self { actor: origin.operator(), origin }
    }

    /// A caller on a page who only reads.
    ///
    /// # Errors
    /// [`UseCaseError::NeedsAdministrator`] for anybody who is not an administrator.
    pub fn reading(caller: &Caller) -> Result<Self, UseCaseError> {
        load::administrator(caller)?;
        Ok(Self { actor: caller.audit_actor(), origin: caller.origin.clone() })
    }

    /// A caller of the API, whose token needs `scope`.
    ///
    /// # Errors
    /// The denial says what is missing.
    pub fn by_api(caller: &Caller, scope: Scope) -> Result<Self, UseCaseError> {
        may_administer(&caller.actor, scope)?;
        Ok(Self { actor: caller.audit_actor(), origin: caller.origin.clone() })
    }

    /// A caller on a page who makes changes, which requires a recent authentication.
    ///
    /// # Errors
    /// As [`Self::reading`], and [`UseCaseError::StaleSignIn`].
    pub fn at_page(app: &App, caller: &Caller) -> Result<Self, UseCaseError> {
        let administrator = Self::reading(caller)?;
        require_fresh(app, caller)?;
        Ok(administrator)
    }
}
