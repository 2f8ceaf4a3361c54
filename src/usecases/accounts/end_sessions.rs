//! Ends the caller's own sessions: one, or all others.

use crate::{
    domain::{audit::AuditKind, ids::SessionId},
    usecases::{
        App, SignedIn, UseCaseError, What,
        audit_trail::{Happened, record},
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
    let happened = Happened {
        from: format!("{ended} session{}", if ended == 1 { "" } else { "s" }),
        ..Happened::to(AuditKind::SessionsEnded, &caller.actor.username)
    };
    record(app, &mut uow, caller, happened);
    uow.commit().await?;
    Ok(ended)
}
