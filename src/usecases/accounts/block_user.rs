//! Blocks a user, and gives access back.
//!
//! Who is blocked cannot sign in, their sessions end, and their tokens and chat commands are refused at once, on
//! every server. What they were given (roles, seats, tokens, identities) is kept for when they are unblocked.

use super::{user_error::UserError, whom::Whom};
use crate::{
    domain::{
        audit::AuditKind,
        ids::UserId,
        user::{User, UserState},
    },
    storage::UnitOfWork,
    usecases::{
        App, UseCaseError,
        administrator::Administrator,
        audit_trail::{Happened, record_as},
    },
};

/// `false` when they are blocked already.
///
/// # Errors
/// [`UserError::LastAdministrator`], [`UserError::Yourself`]; there is no such user.
pub async fn block_user<'a>(
    app: &App,
    by: &Administrator,
    whom: impl Into<Whom<'a>>,
) -> Result<bool, UseCaseError> {
    let whom = whom.into();
    let mut uow = app.storage.begin().await?;
    let user = expendable(&mut uow, by, whom).await?;
    if !uow.users().set_state(user.id, UserState::Blocked).await? {
        return Ok(false);
    }
    uow.sessions().delete_of_user(user.id).await?;
    uow.links().delete_reset_of_user(user.id).await?;
    record_as(
        app.now(),
        &mut uow,
        by.actor.clone(),
        &by.origin,
        Happened::to(AuditKind::UserBlocked, &user.username),
    );
    uow.commit().await?;
    Ok(true)
}

/// `false` when they are not blocked.
///
/// # Errors
/// There is no such user.
pub async fn unblock_user<'a>(
    app: &App,
    by: &Administrator,
    whom: impl Into<Whom<'a>>,
) -> Result<bool, UseCaseError> {
    let whom = whom.into();
    let mut uow = app.storage.begin().await?;
    let user = whom.find(&mut uow).await?;
    if !uow.users().set_state(user.id, UserState::Active).await? {
        return Ok(false);
    }
    record_as(
        app.now(),
        &mut uow,
        by.actor.clone(),
        &by.origin,
        Happened::to(AuditKind::UserUnblocked, &user.username),
    );
    uow.commit().await?;
    Ok(true)
}

/// The user, if the server can do without them as an administrator. Until the end of the transaction nobody
/// else can take the right from another administrator.
pub(super) async fn expendable(
    uow: &mut UnitOfWork,
    by: &Administrator,
    whom: Whom<'_>,
) -> Result<User, UseCaseError> {
    // First of all writes, so that two who do this at once never wait for each other.
    let administrators = uow.users().hold_administrators().await?;
    let user = whom.find(uow).await?;
    if by.actor.id == Some(user.id) {
        return Err(UserError::Yourself.into());
    }
    spare(&administrators, user.id)?;
    Ok(user)
}

/// # Errors
/// [`UserError::LastAdministrator`] when the user is the only one of `administrators`.
pub(super) fn spare(administrators: &[UserId], user: UserId) -> Result<(), UserError> {
    if administrators == [user] { Err(UserError::LastAdministrator) } else { Ok(()) }
}
