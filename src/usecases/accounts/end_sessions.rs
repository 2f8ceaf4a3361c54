//! Ends sessions of one's own: one, or all but this.

use crate::{
    domain::{audit::AuditKind, ids::SessionId},
    usecases::{
        App, SignedIn, UseCaseError, What,
        audit_trail::{Happened, record},
    },
};

/// Ends one of the caller's sessions, at once.
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

/// Ends every session of the caller but this one; how many there were.
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
