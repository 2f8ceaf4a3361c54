//! Who is it? From a session's token or a personal access token to an actor.

use super::{App, UseCaseError, secrets::token_hash};
use crate::{
    domain::{
        actor::{Actor, Surface},
        ids::TokenId,
        preferences::Display,
        token::Scope,
        user::User,
    },
    storage::StorageError,
};

/// How often it is written that a session or a token was used, in milliseconds.
const TOUCH_EVERY: i64 = 60_000;

fn actor(user: User, surface: Surface, scopes: Option<Vec<Scope>>) -> Actor {
    Actor {
        id: user.id,
        username: user.username,
        name: user.name,
        kind: user.kind,
        is_admin: user.is_admin,
        surface,
        scopes,
    }
}

/// The user of a session, as they like their pages. `None` when it is unknown or has ended.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn by_session(app: &App, token: &str) -> Result<Option<(Actor, Display)>, UseCaseError> {
    let (hash, now) = (token_hash(token), app.now());
    let Some(session) = app.storage.read().await?.sessions().find_by_token_hash(&hash).await? else {
        return Ok(None);
    };
    let idle_end = session.last_seen_at.plus_millis(app.settings.session_idle_millis);
    if now >= session.expires_at || now >= idle_end {
        return Ok(None);
    }
    if now >= session.last_seen_at.plus_millis(TOUCH_EVERY) {
        touch_session(app, &hash).await;
    }
    Ok(Some((actor(session.user, Surface::Page, None), session.display)))
}

/// Notes that a session was used. A database that is too busy for it does not keep anybody out.
async fn touch_session(app: &App, hash: &str) {
    let touched = async {
        let mut uow = app.storage.begin().await?;
        uow.sessions().touch(hash, app.now()).await?;
        uow.commit().await
    };
    if let Err(error) = touched.await {
        tracing::warn!(%error, "the use of a session was not noted");
    }
}

/// The same for a token.
async fn touch_token(app: &App, id: TokenId) {
    let touched = async {
        let mut uow = app.storage.begin().await?;
        uow.tokens().touch(id, app.now()).await?;
        uow.commit().await
    };
    if let Err(error) = touched.await {
        tracing::warn!(%error, "the use of a token was not noted");
    }
}

/// Why a token does not count.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    #[error("The token is not known.")]
    Unknown,
    #[error("The token was revoked.")]
    Revoked,
    #[error("The token has expired.")]
    Expired,
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// The user of a personal access token, bounded by its scopes.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn by_token(app: &App, token: &str) -> Result<Actor, TokenError> {
    let now = app.now();
    let found = app.storage.read().await?.tokens().find_by_token_hash(&token_hash(token)).await?;
    let found = found.ok_or(TokenError::Unknown)?;
    if found.revoked {
        return Err(TokenError::Revoked);
    }
    if now >= found.expires_at {
        return Err(TokenError::Expired);
    }
    if found.last_used_at.is_none_or(|used| now >= used.plus_millis(TOUCH_EVERY)) {
        touch_token(app, found.id).await;
    }
    Ok(actor(found.user, Surface::Api, Some(found.scopes)))
}

/// A user by name, for an operator who acts in their name at the command line.
pub async fn by_username(app: &App, username: &str) -> Result<Actor, UseCaseError> {
    let user = app.storage.read().await?.users().find_by_username(username).await?;
    let user = user.ok_or(UseCaseError::NotFound("user"))?;
    Ok(actor(user, Surface::CommandLine, None))
}
