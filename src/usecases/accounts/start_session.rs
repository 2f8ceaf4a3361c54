//! Starts a session, however the user authenticated. The only place that creates sessions.

use super::{
    secrets::{random_token, token_hash},
    user_error::UserError,
};
use crate::{
    domain::{
        audit::{AuditActor, AuditKind},
        time::Timestamp,
        user::User,
    },
    storage::{NewSession, UnitOfWork},
    usecases::{
        App, Origin, UseCaseError,
        audit_trail::{Happened, record_as},
    },
};

/// How many characters of the User-Agent header are stored.
const USER_AGENT_CHARS: usize = 256;

pub(in crate::usecases) struct StartSession<'a> {
    pub user: &'a User,
    /// The authentication method for the audit log: `password`, or a provider's name.
    pub by: &'a str,
    /// When the user authenticated; `None` when unknown, which never counts as recent.
    pub authenticated_at: Option<Timestamp>,
    /// The browser's current session, which ends.
    pub old_token: Option<&'a str>,
    pub user_agent: &'a str,
}

/// Returns the new session's token. The caller has authenticated the user in the same unit of work, and
/// commits it.
///
/// # Errors
/// [`UserError::Blocked`] when the user was blocked meanwhile.
pub(in crate::usecases) async fn start_session(
    app: &App,
    uow: &mut UnitOfWork,
    origin: &Origin,
    start: &StartSession<'_>,
) -> Result<String, UseCaseError> {
    let now = app.now();
    if !uow.users().note_sign_in(start.user.id, now).await? {
        return Err(UserError::Blocked.into());
    }
    let token = random_token(app);
    if let Some(old) = start.old_token {
        uow.sessions().delete(&token_hash(old)).await?;
    }
    // A provider's time in the future is treated as unknown.
    let authenticated_at = start.authenticated_at.filter(|at| !at.is_ahead_of(now));
    let user_agent: String = start.user_agent.chars().take(USER_AGENT_CHARS).collect();
    uow.sessions()
        .add(&NewSession {
            token_hash: &token_hash(&token),
            user: start.user.id,
            created_at: now,
            authenticated_at: authenticated_at.unwrap_or(Timestamp::from_millis(0)).min(now),
            expires_at: now.plus_millis(app.settings.session_absolute_millis),
            remote_ip: &origin.remote_ip_text(),
            user_agent: &user_agent,
        })
        .await?;
    let who = AuditActor {
        id: Some(start.user.id),
        username: start.user.username.clone(),
        name: start.user.name.clone(),
    };
    let happened =
        Happened { to: start.by.to_owned(), ..Happened::to(AuditKind::SignedIn, &start.user.username) };
    record_as(now, uow, who, origin, happened);
    Ok(token)
}
