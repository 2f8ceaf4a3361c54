//! Signs a user out by ending the session.

use super::secrets::token_hash;
use crate::{
    domain::audit::AuditKind,
    usecases::{
        App, Caller, UseCaseError,
        audit_trail::{Happened, record},
    },
};

/// Ends the session of `token`. Idempotent.
pub async fn sign_out(app: &App, caller: &Caller, token: &str) -> Result<(), UseCaseError> {
    let mut uow = app.storage.begin().await?;
    if uow.sessions().delete(&token_hash(token)).await? {
        record(app, &mut uow, caller, Happened::to(AuditKind::SignedOut, &caller.actor.username));
    }
    Ok(uow.commit().await?)
}
