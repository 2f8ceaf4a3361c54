//! Creates a personal access token. It is shown once; only its hash is stored.

use super::secrets::{TOKEN_PREFIX, random_token, token_hash};
use crate::{
    domain::{
        audit::{AuditActor, AuditKind},
        time::Timestamp,
        token::{Scope, TokenRuleError, check_new_token, each_once},
    },
    storage::NewToken,
    usecases::{
        App, Caller, UseCaseError,
        audit_trail::{Happened, record_as},
        fresh_sign_in::require_fresh,
    },
};

pub struct CreateToken<'a> {
    pub name: &'a str,
    pub scopes: &'a [Scope],
    pub expires_at: Timestamp,
}

/// Returns the token, which cannot be shown again.
///
/// # Errors
/// A caller with a token cannot create tokens; name, scopes or expiry are invalid; on a page, the last
/// authentication may be too old.
pub async fn create_token(app: &App, caller: &Caller, new: &CreateToken<'_>) -> Result<String, UseCaseError> {
    check(app, new)?;
    require_fresh(app, caller)?;
    create_of(app, caller.audit_actor(), caller, new, "").await
}

/// [`create_token`] for another user, by an operator at the command line.
pub async fn create_token_for(
    app: &App,
    owner: &Caller,
    new: &CreateToken<'_>,
) -> Result<String, UseCaseError> {
    let whose = format!(" for {}", owner.actor.username);
    create_of(app, owner.origin.operator(), owner, new, &whose).await
}

/// `whose` is the audit log's note on a token that is not the actor's own.
async fn create_of(
    app: &App,
    by: AuditActor,
    owner: &Caller,
    new: &CreateToken<'_>,
    whose: &str,
) -> Result<String, UseCaseError> {
    let now = app.now();
    let name = check(app, new)?;
    let scopes = each_once(new.scopes);
    let token = format!("{TOKEN_PREFIX}{}", random_token(app));
    let mut uow = app.storage.begin().await?;
    uow.tokens()
        .add(&NewToken {
            user: owner.actor.id,
            name: &name,
            token_hash: &token_hash(&token),
            scopes: &scopes,
            created_at: now,
            expires_at: new.expires_at,
        })
        .await?;
    let scopes: Vec<_> = scopes.iter().map(|scope| scope.key()).collect();
    let happened = Happened {
        to: format!("{} until {}{whose}", scopes.join(" "), new.expires_at.date()),
        ..Happened::to(AuditKind::TokenCreated, &name)
    };
    record_as(now, &mut uow, by, &owner.origin, happened);
    uow.commit().await?;
    Ok(token)
}

/// Validates the token, and returns its name as stored.
fn check(app: &App, new: &CreateToken<'_>) -> Result<String, UseCaseError> {
    check_new_token(new.name, new.scopes, new.expires_at, app.now()).map_err(|error| {
        let field = match error {
            TokenRuleError::Name => "name",
            TokenRuleError::NoScope => "scopes",
            TokenRuleError::Expiry => "expires_at",
        };
        UseCaseError::invalid(field, error)
    })
}
