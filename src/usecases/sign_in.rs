//! Signs a user in: a user name and a password for a session.

use super::{
    App, Origin, SignInOutcome, UseCaseError,
    audit_trail::{Happened, record_as},
    secrets::{password_matches, random_token, token_hash},
};
use crate::{
    domain::{
        audit::{AuditActor, AuditKind},
        user::UserKind,
    },
    storage::NewSession,
};

pub struct SignIn<'a> {
    pub username: &'a str,
    pub password: &'a str,
    /// The session that the browser already has; it ends.
    pub old_token: Option<&'a str>,
    pub user_agent: &'a str,
}

/// The new session's token; `None` when the name or the password is wrong, whichever it is.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn sign_in(app: &App, origin: &Origin, form: SignIn<'_>) -> Result<Option<String>, UseCaseError> {
    let mut uow = app.storage.read().await?;
    let user = uow.users().find_by_username(form.username.trim()).await?;
    let hash = match &user {
        Some(user) if user.kind == UserKind::Human => uow.users().password_hash(user.id).await?,
        _ => None,
    };
    drop(uow);
    let matches = password_matches(form.password, hash.clone()).await;

    let now = app.now();
    let mut uow = app.storage.begin().await?;
    // Checking took a while: a password that was changed meanwhile ended all sessions, and this must
    // not be one that slipped through.
    let holds = match (&user, hash) {
        (Some(user), Some(hash)) if matches => uow.users().hold_password_hash(user.id, &hash).await?,
        _ => false,
    };
    let Some(user) = user.filter(|_| holds) else {
        let tried: String = form.username.chars().filter(|c| !c.is_control()).take(64).collect();
        let nobody = AuditActor { id: None, username: tried.clone(), name: String::new() };
        record_as(now, &mut uow, nobody, origin, Happened::to(AuditKind::SignInFailed, &tried)).await?;
        uow.commit().await?;
        app.tally.sign_ins(SignInOutcome::Refused).add();
        return Ok(None);
    };
    let token = random_token(app);
    // Those that ended first: everybody who signs in takes them in the same order, so that two who come
    // back with a session that ended do not wait for each other.
    uow.sessions().delete_ended(now, now.plus_millis(-app.settings.session_idle_millis)).await?;
    if let Some(old) = form.old_token {
        uow.sessions().delete(&token_hash(old)).await?;
    }
    let user_agent: String = form.user_agent.chars().take(256).collect();
    uow.sessions()
        .add(&NewSession {
            token_hash: &token_hash(&token),
            user: user.id,
            created_at: now,
            expires_at: now.plus_millis(app.settings.session_absolute_millis),
            remote_ip: &origin.remote_ip,
            user_agent: &user_agent,
        })
        .await?;
    let who = AuditActor { id: Some(user.id), username: user.username.clone(), name: user.name };
    record_as(now, &mut uow, who, origin, Happened::to(AuditKind::SignedIn, &user.username)).await?;
    uow.commit().await?;
    app.tally.sign_ins(SignInOutcome::Succeeded).add();
    Ok(Some(token))
}
