//! Single-use links to reset a forgotten password, created by an administrator or an operator.

use super::{
    change_password::check_new,
    secrets::{password_hash, random_token, token_hash},
    throttle::forgive,
    user_error::UserError,
};
use crate::{
    domain::{
        audit::{AuditActor, AuditKind},
        user::{User, UserKind},
    },
    usecases::{
        App, Caller, Origin, UseCaseError, What,
        audit_trail::{Happened, record_as},
        fresh_sign_in::require_fresh,
        load::administrator,
    },
};

/// A link's lifetime in milliseconds: one day.
pub const LINK_MILLIS: i64 = 24 * 60 * 60 * 1000;

/// Creates a link for `username`, and returns its token, which cannot be shown again. Replaces an earlier
/// link.
///
/// # Errors
/// The caller is not an administrator, or has to re-authenticate; a bot has no password; who is blocked could
/// not sign in with one.
pub async fn make_reset_link(app: &App, caller: &Caller, username: &str) -> Result<String, UseCaseError> {
    administrator(caller)?;
    require_fresh(app, caller)?;
    make(app, caller.audit_actor(), &caller.origin, username).await
}

/// [`make_reset_link`] by an operator at the command line.
pub async fn make_reset_link_as_operator(
    app: &App,
    origin: &Origin,
    username: &str,
) -> Result<String, UseCaseError> {
    make(app, origin.operator(), origin, username).await
}

async fn make(app: &App, by: AuditActor, origin: &Origin, username: &str) -> Result<String, UseCaseError> {
    let now = app.now();
    let mut uow = app.storage.begin().await?;
    let user = uow.users().find_by_username(username).await?.ok_or(UseCaseError::NotFound(What::User))?;
    if user.kind == UserKind::Bot {
        return Err(UseCaseError::invalid("username", "A bot has no password: it uses access tokens."));
    }
    if user.is_blocked() {
        return Err(UserError::IsBlocked(user.username).into());
    }
    let token = random_token(app);
    uow.links().set_reset(user.id, &token_hash(&token), now, now.plus_millis(LINK_MILLIS)).await?;
    let happened = Happened::to(AuditKind::PasswordResetLinkCreated, &user.username);
    record_as(now, &mut uow, by, origin, happened);
    uow.commit().await?;
    Ok(token)
}

/// The user whose password the link resets.
///
/// # Errors
/// [`UseCaseError::NotFound`]: it is unknown, used, expired or replaced, or the user is blocked.
pub async fn user_of_reset_link(app: &App, token: &str) -> Result<User, UseCaseError> {
    const LINK: UseCaseError = UseCaseError::NotFound(What::Link);

    let mut uow = app.storage.read().await?;
    let user = uow.links().find_reset(&token_hash(token), app.now()).await?.ok_or(LINK)?;
    uow.users().lookup(user).await?.filter(|user| !user.is_blocked()).ok_or(LINK)
}

/// Sets the password, consumes the link and ends all sessions of the user.
pub async fn use_reset_link(
    app: &App,
    origin: &Origin,
    token: &str,
    new: &str,
    again: &str,
) -> Result<(), UseCaseError> {
    let user = user_of_reset_link(app, token).await?;
    check_new(new, again, &user.username)?;
    let hash = password_hash(app, new).await;
    let now = app.now();
    let mut uow = app.storage.begin().await?;
    if uow.links().use_reset(&token_hash(token), now).await? != Some(user.id) {
        return Err(UseCaseError::NotFound(What::Link));
    }
    uow.users().set_password_hash(user.id, &hash).await?;
    uow.sessions().delete_of_user(user.id).await?;
    forgive(&mut uow, &user.username).await?;
    let who = AuditActor { id: Some(user.id), username: user.username.clone(), name: user.name };
    record_as(now, &mut uow, who, origin, Happened::to(AuditKind::PasswordReset, &user.username));
    Ok(uow.commit().await?)
}
