//! Ends sessions: the caller's own, one or all others; and by an administrator, all of a user.

use crate::{
    domain::{audit::AuditKind, ids::SessionId},
    usecases::{
        App, SignedIn, UseCaseError, What,
        administrator::Administrator,
        audit_trail::{Happened, record, record_as},
    },
};

/// Ends one of the caller's sessions immediately.
pub async fn revoke_session(app: &App, signed_in: &SignedIn, id: SessionId) -> Result<(), UseCaseError> {
    let caller = &signed_in.caller;
    let mut uow = app.storage.begin().await?;
    if !uow.sessions().delete_by_id(id, caller.actor.id).await? {
        return Err(UseCaseError::NotFound(What::Session));
    }
    let happened = Happened {
        from: format!("session {id}"),
        ..Happened::to(AuditKind::SessionRevoked, &caller.actor.username)
    };
    record(app, &mut uow, caller, happened);
    Ok(uow.commit().await?)
}

/// Ends all other sessions of the caller, and returns how many.
pub async fn end_other_sessions(app: &App, signed_in: &SignedIn) -> Result<u64, UseCaseError> {
    let caller = &signed_in.caller;
    let mut uow = app.storage.begin().await?;
    let ended = uow.sessions().delete_others(caller.actor.id, signed_in.session).await?;
    record(app, &mut uow, caller, happened(ended, &caller.actor.username));
    uow.commit().await?;
    Ok(ended)
}

/// Ends all sessions of a user, and returns how many.
pub async fn end_sessions_of(app: &App, by: &Administrator, username: &str) -> Result<u64, UseCaseError> {
    let mut uow = app.storage.begin().await?;
    let user = uow.users().find_by_username(username).await?.ok_or(UseCaseError::NotFound(What::User))?;
    let ended = uow.sessions().delete_of_user(user.id).await?;
    record_as(app.now(), &mut uow, by.actor.clone(), &by.origin, happened(ended, &user.username));
    uow.commit().await?;
    Ok(ended)
}

fn happened(ended: u64, username: &str) -> Happened<'_> {
    Happened {
        from: format!("{ended} session{}", if ended == 1 { "" } else { "s" }),
        ..Happened::to(AuditKind::SessionsEnded, username)
    }
}
