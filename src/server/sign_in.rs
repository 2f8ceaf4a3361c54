//! Signing in and out: where the session's cookie comes from and goes.

use axum::{
    Extension, Form,
    body::Body,
    extract::{FromRequest, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::{ServerState, middleware::SESSION_COOKIE, oidc, router::render_page};
use crate::{
    actions::flash::{Flash, Outcome},
    domain::paths,
    ui::SignInFailed,
    usecases::{Origin, SignedIn, sign_in, sign_out},
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

/// Who is signed in has nothing to do at the sign-in page.
pub(super) async fn show(
    State(state): State<ServerState>,
    signed_in: Option<Extension<SignedIn>>,
    request: Request,
) -> Response {
    if signed_in.is_some() {
        return Redirect::to(paths::HOME).into_response();
    }
    render_page(&state, request).await
}

/// A user name and a password for a session; the page again, with the name kept, when they are wrong.
pub(super) async fn sign_in(
    State(state): State<ServerState>,
    Extension(origin): Extension<Origin>,
    headers: HeaderMap,
    request: Request,
) -> Response {
    let uri = request.uri().clone();
    let Ok(Form(form)) = Form::<SignInForm>::from_request(request, &()).await else {
        return (StatusCode::BAD_REQUEST, "Send the sign-in form: username and password.\n").into_response();
    };
    let old_token = state.cookies.read(&headers, SESSION_COOKIE);
    let user_agent = headers.get(header::USER_AGENT).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let attempt = sign_in::SignIn {
        username: &form.username,
        password: &form.password,
        old_token: old_token.as_deref(),
        user_agent,
    };
    let (status, message) = match sign_in::sign_in(&state.app, &origin, attempt).await {
        Ok(Some(token)) => {
            let seconds = state.app.settings.session_absolute_millis / 1000;
            let to = paths::safe_return(Some(&form.return_to)).to_owned();
            let mut response = Redirect::to(&to).into_response();
            for cookie in [
                state.cookies.set(SESSION_COOKIE, token, seconds),
                // A session of the provider's that this browser had before is not this one.
                state.cookies.set(oidc::SESSION_MARK, String::new(), 0),
            ] {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
            return response;
        }
        Ok(None) => (StatusCode::UNAUTHORIZED, "The user name or the password is wrong."),
        Err(error) => {
            tracing::error!(%error, "sign-in failed");
            if error.is_unwritable() {
                let text = "Nobody can sign in at the moment: the database takes no changes. Whoever runs this server can tell why.";
                (StatusCode::SERVICE_UNAVAILABLE, text)
            } else if error.is_passing() {
                (StatusCode::SERVICE_UNAVAILABLE, "The database is busy. Try again in a moment.")
            } else {
                (StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong. Try again in a moment.")
            }
        }
    };
    let failed =
        SignInFailed { username: form.username, return_to: form.return_to, message: message.to_owned() };
    let mut page = Request::new(Body::empty());
    *page.uri_mut() = uri;
    *page.headers_mut() = headers;
    page.extensions_mut().insert(failed);
    let mut response = render_page(&state, page).await;
    *response.status_mut() = status;
    response
}

/// Ends the session and leads to the sign-in page. Whoever is not signed in is led there too.
pub(super) async fn sign_out(
    State(state): State<ServerState>,
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
