//! Revokes a personal access token, permanently and immediately.

use crate::{
    domain::{
        audit::{AuditActor, AuditKind},
        ids::TokenId,
    },
    usecases::{
        App, Caller, UseCaseError, What,
        audit_trail::{Happened, record_as},
    },
};

/// Returns the token's name.
pub async fn revoke_token(app: &App, caller: &Caller, id: TokenId) -> Result<String, UseCaseError> {
    revoke_of(app, caller.audit_actor(), caller, id, String::new()).await
}

/// [`revoke_token`] for another user, by an operator at the command line.
pub async fn revoke_token_for(app: &App, owner: &Caller, id: TokenId) -> Result<String, UseCaseError> {
    let whose = format!("of {}", owner.actor.username);
    revoke_of(app, owner.origin.operator(), owner, id, whose).await
}

/// `whose` is the audit log's note on a token that is not the actor's own.
async fn revoke_of(
    app: &App,
    by: AuditActor,
    owner: &Caller,
    id: TokenId,
    whose: String,
) -> Result<String, UseCaseError> {
    let now = app.now();
    let mut uow = app.storage.begin().await?;
    let name = uow.tokens().revoke(id, owner.actor.id, now).await?;
    let name = name.ok_or(UseCaseError::NotFound(What::AccessToken))?;
    let happened = Happened { from: whose, ..Happened::to(AuditKind::TokenRevoked, &name) };
    record_as(now, &mut uow, by, &owner.origin, happened);
    uow.commit().await?;
    Ok(name)
}
