//! Forms of a user's own account: confirming the sign-in, password, sessions.

use axum::response::Response;
use serde::Deserialize;

use crate::{
    actions::{
        accounts::{confirm, password, sessions},
        error::ActionError,
        flash::Outcome,
        form_answer::Next,
    },
    domain::{ids::SessionId, paths},
    server::forms::Form,
    usecases::accounts::{change_password::ChangePassword, confirm_sign_in, end_sessions},
};

#[derive(Deserialize)]
pub(in crate::server) struct Confirm {
    password: String,
    #[serde(default)]
    return_to: String,
    /// Read by password managers only.
    #[serde(default, rename = "username")]
    _username: String,
}

/// Verifies the caller's password again, and returns to the page that required it.
pub(super) async fn confirm_sign_in(Form { posted, fields }: Form<Confirm>) -> Result<Response, Response> {
    let back = paths::safe_return(Some(&fields.return_to)).to_owned();
    let token = posted.session_token().unwrap_or_default();
    let mut by = posted.signed_in(&back).await?;
    let confirmed = confirm_sign_in::confirm_sign_in(by.app(), by.caller(), &token, &fields.password).await;
    let confirmed = confirmed.map(|token| by.keep_session(token));
    let next = |result: Result<&(), &ActionError>| match result {
        Ok(()) => Next::Silently(back),
        Err(error) => Next::Page(paths::confirm_returning_to(&back), Outcome::Failed(error.clone())),
    };
    Ok(by.answer(confirm::SUBJECT, confirmed, next).await)
}

#[derive(Deserialize)]
pub(super) struct NewPassword {
    current_password: String,
    password: String,
    password_confirmation: String,
}

/// Changes the caller's password, and ends all other sessions.
pub(super) async fn change_password(
    Form { posted, fields }: Form<NewPassword>,
) -> Result<Response, Response> {
    let token = posted.session_token().unwrap_or_default();
    let mut by = posted.signed_in(paths::PASSWORD).await?;
    let change = ChangePassword {
        token: &token,
        current: &fields.current_password,
        new: &fields.password,
        again: &fields.password_confirmation,
    };
    let changed =
        crate::usecases::accounts::change_password::change_password(by.app(), by.signed_in(), &change).await;
    let changed = changed.map(|token| by.keep_session(token));
    Ok(by.answer_on(paths::PASSWORD, password::SUBJECT, changed, |()| Outcome::Saved).await)
}

#[derive(Deserialize)]
pub(super) struct ASession {
    id: i64,
}

/// Ends one of the caller's sessions.
pub(super) async fn revoke_session(Form { posted, fields }: Form<ASession>) -> Result<Response, Response> {
    let by = posted.signed_in(paths::SESSIONS).await?;
    let ended = end_sessions::revoke_session(by.app(), by.signed_in(), SessionId(fields.id)).await;
    Ok(by.answer_on(paths::SESSIONS, sessions::SUBJECT, ended, |()| Outcome::SessionRevoked).await)
}

#[derive(Deserialize)]
pub(in crate::server) struct Nothing {}

/// Ends every session of the caller except this one; returns how many.
pub(super) async fn end_other_sessions(Form { posted, .. }: Form<Nothing>) -> Result<Response, Response> {
    let by = posted.signed_in(paths::SESSIONS).await?;
    let ended = end_sessions::end_other_sessions(by.app(), by.signed_in()).await;
    let done = |count: &u64| Outcome::SessionsEnded { count: *count };
    Ok(by.answer_on(paths::SESSIONS, sessions::SUBJECT, ended, done).await)
}
