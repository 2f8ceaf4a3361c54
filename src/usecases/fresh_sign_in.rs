//! Checks that the caller authenticated recently.

use super::{App, Caller, UseCaseError};

/// For actions that must not be possible on an unattended browser: consent, new tokens, administration.
///
/// # Errors
/// [`UseCaseError::StaleSignIn`] when the caller has a session and authenticated too long ago.
pub(super) fn require_fresh(app: &App, caller: &Caller) -> Result<(), UseCaseError> {
    if caller.actor.has_proved_within(app.settings.fresh_sign_in_millis, app.now()) {
        Ok(())
    } else {
        Err(UseCaseError::StaleSignIn)
    }
}
