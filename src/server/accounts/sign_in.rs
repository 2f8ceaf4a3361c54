//! Sign-in and sign-out: sets and clears the session cookie.

use axum::{
    Extension,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use std::sync::Arc;

use crate::{
    actions::{
        cookies::SESSION_COOKIE,
        flash::{Flash, Outcome},
    },
    domain::paths,
    server::{
        ServerState,
        forms::{Form, broken},
        headers::user_agent,
        oidc,
        pages::render,
    },
    ui::{SignInFailed, SignInPage},
    usecases::{
        Origin, SignedIn, UseCaseError,
        accounts::{sign_in, sign_out, user_error::UserError},
    },
};

#[derive(Deserialize)]
pub(super) struct SignInForm {
    #[serde(default)]
    username: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    return_to: String,
}

/// The sign-in page; a signed-in user is redirected.
pub(super) async fn show(
    State(state): State<Arc<ServerState>>,
    signed_in: Option<Extension<SignedIn>>,
    request: Request,
) -> Response {
    if signed_in.is_some() {
        return Redirect::to(paths::HOME).into_response();
    }
    render(&state, request, SignInPage).await
}

/// Signs in by user name and password; on failure the page again, with the user name filled in.
pub(super) async fn sign_in(
    State(state): State<Arc<ServerState>>,
    Extension(origin): Extension<Origin>,
    Form { posted, fields: form }: Form<SignInForm>,
) -> Response {
    let old_token = posted.session_token();
    let attempt = sign_in::SignIn {
        username: &form.username,
        password: &form.password,
        old_token: old_token.as_deref(),
        user_agent: &user_agent(&posted.parts().headers),
    };
    let mut wait = None;
    let (status, message) = match sign_in::sign_in(&state.app, &origin, attempt).await {
        Ok(Some(token)) => {
            let seconds = state.app.settings.session_absolute_millis / 1000;
            let to = paths::short_return(paths::safe_return(Some(&form.return_to))).to_owned();
            let mut response = Redirect::to(&to).into_response();
            for cookie in [
                state.cookies.set(SESSION_COOKIE, token, seconds),
                // The mark of an earlier session from the provider does not apply to this one.
                state.cookies.set(oidc::SESSION_MARK, String::new(), 0),
            ] {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
            return response;
        }
        Ok(None) => (StatusCode::UNAUTHORIZED, String::from("The user name or the password is wrong.")),
        Err(error @ UseCaseError::Throttled(seconds)) => {
            wait = Some(HeaderValue::from(seconds));
            (StatusCode::TOO_MANY_REQUESTS, error.to_string())
        }
        Err(error) if error.own::<UserError>().is_some() => (StatusCode::FORBIDDEN, error.to_string()),
        Err(error) => broken(&error),
    };
    let wrong = status == StatusCode::UNAUTHORIZED;
    let failed = SignInFailed { username: form.username, return_to: form.return_to, wrong, message };
    let mut response = posted.page_again(SignInPage, failed, status).await;
    if let Some(seconds) = wait {
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    response
}

/// Ends the session, if any, and redirects to the sign-in page.
pub(super) async fn sign_out(
    State(state): State<Arc<ServerState>>,
    signed_in: Option<Extension<SignedIn>>,
    headers: HeaderMap,
) -> Response {
    if let (Some(Extension(signed_in)), Some(token)) =
        (signed_in, state.cookies.read(&headers, SESSION_COOKIE))
        && let Err(error) = sign_out::sign_out(&state.app, &signed_in.caller, &token).await
    {
        tracing::error!(%error, "sign-out failed");
        return (StatusCode::SERVICE_UNAVAILABLE, "You are still signed in. Try again in a moment.\n")
            .into_response();
    }
    let outcome = match state.cookies.read(&headers, oidc::SESSION_MARK) {
        Some(_) => Outcome::SignedOutHere,
        None => Outcome::SignedOut,
    };
    let flash = Flash { subject: String::from("session"), outcome };
    let mut response = Redirect::to(paths::SIGN_IN).into_response();
    let cookies: [HeaderValue; 3] = [
        state.cookies.set(SESSION_COOKIE, String::new(), 0),
        state.cookies.set(oidc::SESSION_MARK, String::new(), 0),
        flash.cookie(state.cookies),
    ];
    for cookie in cookies {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
