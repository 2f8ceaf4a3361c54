//! Authentication: from a session's token or a personal access token to an actor.

use super::{secrets::token_hash, user_error::UserError};
use crate::{
    domain::{
        accounts::chat_user::ChatUser,
        actor::{Actor, Proof},
        ids::{SessionId, TokenId},
        preferences::Display,
        time::Timestamp,
        token::Scope,
        user::User,
    },
    storage::{SessionUser, StorageError},
    usecases::{App, UseCaseError, What, facts::Facts, known::Used},
};

fn actor(user: User, scopes: Option<Vec<Scope>>) -> Actor {
    Actor {
        proof: Proof::EachRequest,
        id: user.id,
        username: user.username,
        name: user.name,
        kind: user.kind,
        is_admin: user.is_admin,
        scopes,
    }
}

/// The user of a session, with their display preferences.
#[derive(Clone, Debug)]
pub struct SessionActor {
    pub actor: Actor,
    pub display: Display,
    pub session: SessionId,
}

/// `None` when the session is unknown or expired, or its user blocked.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn by_session(app: &App, token: &str) -> Result<Option<SessionActor>, UseCaseError> {
    let hash = token_hash(token);
    let mut facts = Facts::last_known(app);
    let now = facts.now();
    let Some(mut session) = facts.session(&hash).await? else { return Ok(None) };
    if has_ended(app, &session, now) {
        // Another server may have recorded a later use.
        match Box::pin(facts.session_anew(&hash)).await? {
            Some(anew) if !has_ended(app, &anew, now) => session = anew,
            _ => return Ok(None),
        }
    }
    // Blocking ends the sessions there are; this is for one that began at the same moment.
    if session.it.user.is_blocked() {
        return Ok(None);
    }
    let stale = facts.stale();
    drop(facts);
    if !stale && session.is_to_be_noted(now) {
        Box::pin(note_use(app, Noted::Session(&hash), now)).await;
    }
    let SessionUser { id, user, display, authenticated_at, .. } = &session.it;
    let actor = Actor { proof: Proof::Session { since: *authenticated_at }, ..actor(user.clone(), None) };
    Ok(Some(SessionActor { actor, display: *display, session: *id }))
}

fn has_ended(app: &App, session: &Used<SessionUser>, now: Timestamp) -> bool {
    let idle_end = session.noted_at().plus_millis(app.settings.session_idle_millis);
    now >= session.it.expires_at || now >= idle_end
}

/// What was used.
enum Noted<'a> {
    Session(&'a str),
    Token(TokenId),
}

/// Records the last use, unless the database is too busy: that must not reject the request.
async fn note_use(app: &App, used: Noted<'_>, now: Timestamp) {
    let noted = async {
        let mut uow = app.storage.begin_if_free().await?;
        match used {
            Noted::Session(hash) => uow.sessions().touch(hash, now).await?,
            Noted::Token(id) => uow.tokens().touch(id, now).await?,
        }
        uow.commit().await
    };
    if let Err(error) = noted.await {
        tracing::warn!(%error, "the use of a session or a token was not noted");
    }
}

/// Why a token is invalid.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    #[error("The token is not known.")]
    Unknown,
    #[error("The token was revoked.")]
    Revoked,
    #[error("The token has expired.")]
    Expired,
    /// Nobody may use it while its owner is blocked.
    #[error("The account of the token is blocked.")]
    Blocked,
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// The user of a personal access token, limited to its scopes.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn by_token(app: &App, token: &str) -> Result<Actor, TokenError> {
    let hash = token_hash(token);
    let mut facts = Facts::last_known(app);
    let now = facts.now();
    let token = facts.token(&hash).await?.ok_or(TokenError::Unknown)?;
    if token.it.revoked {
        return Err(TokenError::Revoked);
    }
    if now >= token.it.expires_at {
        return Err(TokenError::Expired);
    }
    if token.it.user.is_blocked() {
        return Err(TokenError::Blocked);
    }
    let stale = facts.stale();
    drop(facts);
    if !stale && token.is_to_be_noted(now) {
        Box::pin(note_use(app, Noted::Token(token.it.id), now)).await;
    }
    Ok(actor(token.it.user.clone(), Some(token.it.scopes.clone())))
}

/// The user linked to a chat user; `None` when there is none.
///
/// # Errors
/// [`UserError::Blocked`] when the user is blocked.
pub async fn by_chat_user(app: &App, chat_user: &ChatUser) -> Result<Option<Actor>, UseCaseError> {
    let mut uow = app.storage.read().await?;
    let Some(id) = uow.chat().find(chat_user).await? else { return Ok(None) };
    match uow.users().lookup(id).await? {
        Some(user) if user.is_blocked() => Err(UserError::Blocked.into()),
        user => Ok(user.map(|user| actor(user, None))),
    }
}

/// A user by name, for an operator who acts as them at the command line.
///
/// # Errors
/// There is no such user, or they are blocked: who is blocked does nothing, and nobody does it in their name.
pub async fn by_username(app: &App, username: &str) -> Result<Actor, UseCaseError> {
    let user = app.storage.read().await?.users().find_by_username(username).await?;
    let user = user.ok_or(UseCaseError::NotFound(What::User))?;
    if user.is_blocked() {
        return Err(UserError::Blocked.into());
    }
    Ok(actor(user, None))
}
