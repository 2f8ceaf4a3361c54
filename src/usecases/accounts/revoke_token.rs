//! Revokes a personal access token, permanently and immediately.

use super::create_token::find_bot;
use crate::{
    domain::{
        audit::{AuditActor, AuditKind},
        ids::{TokenId, UserId},
    },
    storage::UnitOfWork,
    usecases::{
        App, Caller, Origin, UseCaseError, What,
        administrator::Administrator,
        audit_trail::{Happened, record_as},
    },
};

/// Returns the token's name.
pub async fn revoke_token(app: &App, caller: &Caller, id: TokenId) -> Result<String, UseCaseError> {
    let uow = app.storage.begin().await?;
    revoke_of(app, uow, (caller.audit_actor(), &caller.origin), (caller.actor.id, id), String::new()).await
}

/// [`revoke_token`] for another user, by an operator at the command line.
pub async fn revoke_token_for(app: &App, owner: &Caller, id: TokenId) -> Result<String, UseCaseError> {
    let whose = format!("of {}", owner.actor.username);
    let uow = app.storage.begin().await?;
    revoke_of(app, uow, (owner.origin.operator(), &owner.origin), (owner.actor.id, id), whose).await
}

/// [`revoke_token`] of a bot.
///
/// # Errors
/// There is no such bot, or no such token of it.
pub async fn revoke_token_of_bot(
    app: &App,
    who: &Administrator,
    bot: &str,
    id: TokenId,
) -> Result<String, UseCaseError> {
    let mut uow = app.storage.begin().await?;
    let bot = find_bot(&mut uow, bot).await?;
    let whose = format!("of {}", bot.username);
    revoke_of(app, uow, (who.actor.clone(), &who.origin), (bot.id, id), whose).await
}

/// `whose` is the audit log's note on a token that is not the actor's own.
async fn revoke_of(
    app: &App,
    mut uow: UnitOfWork,
    (by, origin): (AuditActor, &Origin),
    (owner, id): (UserId, TokenId),
    whose: String,
) -> Result<String, UseCaseError> {
    let now = app.now();
    let name = uow.tokens().revoke(id, owner, now).await?;
    let name = name.ok_or(UseCaseError::NotFound(What::AccessToken))?;
    let happened = Happened { from: whose, ..Happened::to(AuditKind::TokenRevoked, &name) };
    record_as(now, &mut uow, by, origin, happened);
    uow.commit().await?;
    Ok(name)
}
