//! Re-authentication of a signed-in user before a sensitive action.

use super::{
    own_password::{check, wrong},
    secrets::{random_token, token_hash},
};
use crate::{
    domain::audit::AuditKind,
    usecases::{
        App, Caller, UseCaseError, What,
        audit_trail::{Happened, record},
    },
};

/// Whether the caller has a password to confirm with.
pub async fn has_password(app: &App, caller: &Caller) -> Result<bool, UseCaseError> {
    Ok(app.storage.read().await?.users().password_hash(caller.actor.id).await?.is_some())
}

/// Whether the caller can re-authenticate at the provider `issuer`.
pub async fn is_linked(app: &App, caller: &Caller, issuer: &str) -> Result<bool, UseCaseError> {
    Ok(app.storage.read().await?.identities().is_linked(caller.actor.id, issuer).await?)
}

/// Returns the session's new token, which replaces `token`.
///
/// # Errors
/// The password is wrong, or there were too many attempts.
pub async fn confirm_sign_in(
    app: &App,
    caller: &Caller,
    token: &str,
    password: &str,
) -> Result<String, UseCaseError> {
    let proof = check(app, caller, password, "password").await?;
    let now = app.now();
    let mut uow = app.storage.begin().await?;
    if !uow.users().hold_password_hash(caller.actor.id, &proof.hash).await? {
        return Err(wrong("password"));
    }
    proof.attempt.succeeded(&mut uow).await?;
    let new_token = random_token(app);
    if !uow.sessions().renew(&token_hash(token), &token_hash(&new_token), now).await? {
        return Err(UseCaseError::NotFound(What::Session));
    }
    let happened = Happened::to(AuditKind::SignInConfirmed, &caller.actor.username);
    record(app, &mut uow, caller, happened);
    uow.commit().await?;
    Ok(new_token)
}
