//! Signs a user in: a user name and a password for a session.

use super::{
    secrets::password_matches,
    start_session::{StartSession, start_session},
    throttle::attempt,
};
use crate::{
    domain::{
        accounts::throttle::ThrottleKey,
        audit::{AuditActor, AuditKind},
        user::UserKind,
    },
    usecases::{App, Origin, SignInOutcome, UseCaseError},
};

pub struct SignIn<'a> {
    pub username: &'a str,
    pub password: &'a str,
    /// The session that the browser already has; it ends.
    pub old_token: Option<&'a str>,
    pub user_agent: &'a str,
}

/// The new session's token; `None` when the name or the password is wrong, whichever it is.
///
/// # Errors
/// [`UseCaseError::Throttled`] after too many failures of the name or the address: then the right
/// password is refused too, and nobody learns whether it was right.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn sign_in(app: &App, origin: &Origin, form: SignIn<'_>) -> Result<Option<String>, UseCaseError> {
    let mut uow = app.storage.read().await?;
    let user = uow.users().find_by_username(form.username.trim()).await?;
    let hash = match &user {
        Some(user) if user.kind == UserKind::Human => uow.users().password_hash(user.id).await?,
        _ => None,
    };
    drop(uow);
    let now = app.now();
    let subjects = [ThrottleKey::Account(form.username), ThrottleKey::Address(origin.remote_ip)];
    let attempt = attempt(app, now, &subjects).await.inspect_err(|error| {
        if matches!(error, UseCaseError::Throttled(_)) {
            app.tally.sign_ins(SignInOutcome::Throttled).add();
        }
    })?;
    let matches = password_matches(form.password, hash.clone()).await;

    let mut uow = app.storage.begin().await?;
    // Checking took a while: a password that was changed meanwhile ended all sessions, and this must
    // not be one that slipped through.
    let holds = match (&user, hash) {
        (Some(user), Some(hash)) if matches => uow.users().hold_password_hash(user.id, &hash).await?,
        _ => false,
    };
    let user = match user {
        Some(user) if holds => user,
        user => {
            // What was typed may be a password in the wrong field, and the log is for good: it has the
            // names of those who are here, and no others.
            let username = user.map(|user| user.username).unwrap_or_default();
            let tried = AuditActor { id: None, username, name: String::new() };
            attempt.failed(&mut uow, origin, tried, AuditKind::SignInFailed);
            uow.commit().await?;
            app.tally.sign_ins(SignInOutcome::Refused).add();
            return Ok(None);
        }
    };
    attempt.succeeded(&mut uow).await?;
    let start = StartSession {
        user: &user,
        by: "password",
        authenticated_at: Some(app.now()),
        old_token: form.old_token,
        user_agent: form.user_agent,
    };
    let token = start_session(app, &mut uow, origin, &start).await?;
    uow.commit().await?;
    app.tally.sign_ins(SignInOutcome::Succeeded).add();
    Ok(Some(token))
}
