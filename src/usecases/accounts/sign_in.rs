//! Signs a user in with username and password.

use super::{
    secrets::password_matches,
    start_session::{StartSession, start_session},
    throttle::attempt,
    user_error::UserError,
};
use crate::{
    domain::{
        accounts::throttle::ThrottleKey,
        audit::{AuditActor, AuditKind},
        user::{User, UserKind},
    },
    usecases::{App, Origin, SignInOutcome, UseCaseError},
};

pub struct SignIn<'a> {
    pub username: &'a str,
    pub password: &'a str,
    /// The browser's current session, which ends.
    pub old_token: Option<&'a str>,
    pub user_agent: &'a str,
}

/// Returns the new session's token; `None` when username or password is wrong, without telling which.
///
/// # Errors
/// [`UseCaseError::Throttled`] after too many failures for the username or IP address. The correct password
/// is then refused as well, so that nobody learns whether it was correct. [`UserError::Blocked`] for somebody
/// who is blocked and knows the password.
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
    // Verification takes a while: if the password was changed meanwhile, which ended all sessions, no new one
    // may start.
    let holds = match (&user, hash) {
        (Some(user), Some(hash)) if matches => uow.users().hold_password_hash(user.id, &hash).await?,
        _ => false,
    };
    let user = match user {
        Some(user) if holds => user,
        user => {
            // What was typed may be a password in the wrong field, and the log is permanent: only names of
            // existing users are recorded.
            let blocked = matches && user.as_ref().is_some_and(User::is_blocked);
            let username = user.map(|user| user.username).unwrap_or_default();
            let tried = AuditActor { id: None, username, name: String::new() };
            attempt.failed(&mut uow, origin, tried, AuditKind::SignInFailed);
            uow.commit().await?;
            app.tally.sign_ins(SignInOutcome::Refused).add();
            return if blocked { Err(UserError::Blocked.into()) } else { Ok(None) };
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
