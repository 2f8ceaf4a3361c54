//! Makes a personal access token. It is shown once; only its hash is kept.

use super::{
    App, Caller, UseCaseError,
    audit_trail::{Happened, record_as},
    secrets::{TOKEN_PREFIX, random_token, token_hash},
};
use crate::{
    domain::{
        audit::{AuditActor, AuditKind},
        time::Timestamp,
        token::{Scope, TokenRuleError, check_new_token},
    },
    storage::NewToken,
};

pub struct CreateToken<'a> {
    pub name: &'a str,
    pub scopes: &'a [Scope],
    pub expires_at: Timestamp,
}

/// The token itself. Whoever lost it makes another.
///
/// # Errors
/// A token cannot make tokens; the name, the scopes or the end may not do.
pub async fn create_token(app: &App, caller: &Caller, new: &CreateToken<'_>) -> Result<String, UseCaseError> {
    create_of(app, caller.audit_actor(), caller, new, "").await
}

/// The same for another user, by an operator at the command line.
pub async fn create_token_for(
    app: &App,
    owner: &Caller,
    new: &CreateToken<'_>,
) -> Result<String, UseCaseError> {
    let whose = format!(" for {}", owner.actor.username);
    create_of(app, owner.origin.operator(), owner, new, &whose).await
}

/// `whose` is what the audit log says about a token that is not the actor's own.
async fn create_of(
    app: &App,
    by: AuditActor,
    owner: &Caller,
    new: &CreateToken<'_>,
    whose: &str,
) -> Result<String, UseCaseError> {
    let now = app.now();
    let name = check_new_token(new.name, new.scopes, new.expires_at, now).map_err(|error| {
        let field = match error {
            TokenRuleError::Name => "name",
            TokenRuleError::NoScope => "scopes",
            TokenRuleError::Expiry => "expires_at",
        };
        UseCaseError::invalid(field, error)
    })?;
    let token = format!("{TOKEN_PREFIX}{}", random_token(app));
    let mut uow = app.storage.begin().await?;
    uow.tokens()
        .add(&NewToken {
            user: owner.actor.id,
            name: &name,
            token_hash: &token_hash(&token),
            scopes: new.scopes,
            created_at: now,
            expires_at: new.expires_at,
        })
        .await?;
    let scopes: Vec<_> = new.scopes.iter().map(|scope| scope.key()).collect();
    let happened = Happened {
        to: format!("{} until {}{whose}", scopes.join(" "), new.expires_at.date()),
        ..Happened::to(AuditKind::TokenCreated, &name)
    };
    record_as(now, &mut uow, by, &owner.origin, happened);
    uow.commit().await?;
    Ok(token)
}
