//! Creates a personal access token. It is shown once; only its hash is stored.

use super::secrets::{TOKEN_PREFIX, random_token, token_hash};
use crate::{
    domain::{
        audit::{AuditActor, AuditKind},
        ids::UserId,
        time::Timestamp,
        token::{Scope, TokenRuleError, check_new_token, each_once},
        user::{User, UserKind},
    },
    storage::{NewToken, UnitOfWork},
    usecases::{
        App, Caller, Origin, UseCaseError, What,
        administrator::Administrator,
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
    let uow = app.storage.begin().await?;
    create_of(app, uow, (caller.audit_actor(), &caller.origin), caller.actor.id, new, "").await
}

/// [`create_token`] for another user, by an operator at the command line.
pub async fn create_token_for(
    app: &App,
    owner: &Caller,
    new: &CreateToken<'_>,
) -> Result<String, UseCaseError> {
    let whose = format!(" for {}", owner.actor.username);
    let uow = app.storage.begin().await?;
    create_of(app, uow, (owner.origin.operator(), &owner.origin), owner.actor.id, new, &whose).await
}

/// [`create_token`] for a bot, which has no page of its own to make one on.
///
/// # Errors
/// There is no such bot: people make their own tokens, so that nobody acts in their name.
pub async fn create_token_of_bot(
    app: &App,
    who: &Administrator,
    bot: &str,
    new: &CreateToken<'_>,
) -> Result<String, UseCaseError> {
    check(app, new)?;
    let mut uow = app.storage.begin().await?;
    let bot = find_bot(&mut uow, bot).await?;
    let whose = format!(" for {}", bot.username);
    create_of(app, uow, (who.actor.clone(), &who.origin), bot.id, new, &whose).await
}

/// # Errors
/// Nobody has this user name, or a person has.
pub(super) async fn find_bot(uow: &mut UnitOfWork, username: &str) -> Result<User, UseCaseError> {
    let found = uow.users().find_by_username(username).await?;
    found.filter(|it| it.kind == UserKind::Bot).ok_or(UseCaseError::NotFound(What::User))
}

/// `whose` is the audit log's note on a token that is not the actor's own.
async fn create_of(
    app: &App,
    mut uow: UnitOfWork,
    (by, origin): (AuditActor, &Origin),
    owner: UserId,
    new: &CreateToken<'_>,
    whose: &str,
) -> Result<String, UseCaseError> {
    let now = app.now();
    let name = check(app, new)?;
    let scopes = each_once(new.scopes);
    let token = format!("{TOKEN_PREFIX}{}", random_token(app));
    uow.tokens()
        .add(&NewToken {
            user: owner,
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
    record_as(now, &mut uow, by, origin, happened);
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
