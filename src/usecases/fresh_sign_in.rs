//! Whether somebody proved lately enough who they are.

use super::{App, Caller, UseCaseError};

/// For what must not be done by whoever finds a browser open: consent, new tokens, administration.
///
/// # Errors
/// [`UseCaseError::StaleSignIn`] when the caller is at a page, and proved too long ago who they are.
pub(super) fn require_fresh(app: &App, caller: &Caller) -> Result<(), UseCaseError> {
    if caller.actor.has_proved_within(app.settings.fresh_sign_in_millis, app.now()) {
        Ok(())
    } else {
        Err(UseCaseError::StaleSignIn)
    }
}
