//! Changes the caller's own password and ends all their other sessions, in case somebody else knows the old
//! one.

use super::{
    own_password::{check, wrong},
    secrets::{password_hash, random_token, token_hash},
};
use crate::{
    domain::{
        accounts::password::{check_password, normalize},
        audit::AuditKind,
    },
    usecases::{
        App, SignedIn, UseCaseError, What,
        audit_trail::{Happened, record},
    },
};

pub struct ChangePassword<'a> {
    /// The token of the current session, which stays.
    pub token: &'a str,
    pub current: &'a str,
    pub new: &'a str,
    pub again: &'a str,
}

/// Returns the session's new token.
///
/// # Errors
/// The current password is wrong, the new one breaks a rule, or its repetition differs.
pub async fn change_password(
    app: &App,
    signed_in: &SignedIn,
    form: &ChangePassword<'_>,
) -> Result<String, UseCaseError> {
    const CURRENT: &str = "current_password";

    let caller = &signed_in.caller;
    let user = caller.actor.id;
    check_new(form.new, form.again, &caller.actor.username)?;
    let proof = check(app, caller, form.current, CURRENT).await?;
    let hash = password_hash(app, form.new).await;
    let now = app.now();
    let mut uow = app.storage.begin().await?;
    if !uow.users().hold_password_hash(user, &proof.hash).await? {
        return Err(wrong(CURRENT));
    }
    proof.attempt.succeeded(&mut uow).await?;
    uow.users().set_password_hash(user, &hash).await?;
    uow.links().delete_reset_of_user(user).await?;
    uow.sessions().delete_others(user, signed_in.session).await?;
    let new_token = random_token(app);
    if !uow.sessions().renew(&token_hash(form.token), &token_hash(&new_token), now).await? {
        return Err(UseCaseError::NotFound(What::Session));
    }
    let happened = Happened::to(AuditKind::UserPasswordChanged, &caller.actor.username);
    record(app, &mut uow, caller, happened);
    uow.commit().await?;
    Ok(new_token)
}

/// Validates a new password and its repetition.
pub(super) fn check_new(new: &str, again: &str, username: &str) -> Result<(), UseCaseError> {
    check_password(new, username).map_err(|error| UseCaseError::invalid("password", error))?;
    if normalize(new) != normalize(again) {
        return Err(UseCaseError::invalid(
            "password_confirmation",
            "The two new passwords are not the same.",
        ));
    }
    Ok(())
}
