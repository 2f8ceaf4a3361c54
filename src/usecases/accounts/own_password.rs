//! Verifies the password of a signed-in user.

use super::{
    secrets::password_matches,
    throttle::{Attempt, attempt},
};
use crate::{
    domain::{accounts::throttle::ThrottleKey, audit::AuditKind},
    usecases::{App, Caller, UseCaseError},
};

/// The result of a successful verification.
pub(in crate::usecases) struct CheckedPassword {
    /// To be locked before writing on its strength: the password may have changed since.
    pub hash: String,
    pub attempt: Attempt,
}

/// Verifies the caller's own password. `field` is the form field for errors.
///
/// # Errors
/// It is wrong, the caller has none, or there were too many attempts.
pub(in crate::usecases) async fn check(
    app: &App,
    caller: &Caller,
    password: &str,
    field: &'static str,
) -> Result<CheckedPassword, UseCaseError> {
    let user = caller.actor.id;
    let hash = app.storage.read().await?.users().password_hash(user).await?;
    let hash = hash.ok_or_else(|| UseCaseError::invalid(field, "Your account has no password."))?;
    let attempt = attempt(app, app.now(), &[ThrottleKey::Confirmation(user)]).await?;
    if password_matches(password, Some(hash.clone())).await {
        return Ok(CheckedPassword { hash, attempt });
    }
    let mut uow = app.storage.begin().await?;
    let kind = AuditKind::SignInConfirmationFailed;
    attempt.failed(&mut uow, &caller.origin, caller.audit_actor(), kind);
    uow.commit().await?;
    Err(wrong(field))
}

pub(in crate::usecases) fn wrong(field: &'static str) -> UseCaseError {
    UseCaseError::invalid(field, "The password is wrong.")
}
