//! The three routes of single sign-on: to the provider, back from it, and its sign-out.

use axum::{
    Extension,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use openidconnect::{
    AuthenticationFlow, ClientId, CsrfToken, LogoutRequest, Nonce, PkceCodeChallenge, PkceCodeVerifier,
    PostLogoutRedirectUrl, Scope,
    core::{CoreAuthPrompt, CoreResponseType},
};
use std::{sync::Arc, time::Duration};

use super::{
    Provider, answer,
    attempt::{self, SignInAttempt},
    error::{ProviderError, printable},
};
use crate::{
    actions::{cookies::SESSION_COOKIE, query::Query},
    domain::{accounts::identity::ProviderRefusal, paths},
    server::{
        ServerState,
        headers::{is_led_here, user_agent},
        pages::render,
    },
    ui::{NotFoundPage, ProviderSignInFailed, SignInPage},
    usecases::{
        Origin,
        people::sign_in_with_provider::{ProviderSignIn, sign_in_with_provider},
    },
};

/// The cookie of a session that came from the provider, so that sign-out can say that the provider's own
/// session continues.
pub(in crate::server) const SESSION_MARK: &str = "duo_provider_session";

/// `max_age` when the time of authentication does not matter. It is requested because the provider then has
/// to send `auth_time`.
const ANY_TIME: Duration = Duration::from_hours(10 * 365 * 24);

/// Why single sign-on failed, with the message on the sign-in page.
enum SignInFailure {
    /// This browser has no attempt, or it expired or was replaced by another.
    NotBegun,
    /// A query parameter is repeated, so it is ambiguous.
    Repeated,
    /// The user or the provider declined.
    Declined,
    Provider(ProviderError),
    Refused(ProviderRefusal),
    Database,
    /// The database is read-only, so no session can be created.
    Unwritable,
    Internal,
}

/// Redirects to the provider, with the attempt in a cookie.
pub(in crate::server) async fn start(
    State(state): State<Arc<ServerState>>,
    Extension(origin): Extension<Origin>,
    request: Request,
) -> Response {
    let Some(provider) = state.provider.clone() else { return render(&state, request, NotFoundPage).await };
    let query = Query::of(request.uri());
    if query.repeated().is_some() {
        let headers = request.headers();
        return failed(&state, &provider, &origin, headers, String::new(), &SignInFailure::Repeated).await;
    }
    let return_to = paths::short_return(paths::safe_return(query.get("return_to"))).to_owned();
    // Prevents login CSRF: a provider that knows the browser signs it in without asking, which another site
    // must not be able to start.
    if is_led_here(request.headers()) {
        return Redirect::to(&paths::sign_in_returning_to(&return_to)).into_response();
    }
    let anew = query.get("anew") == Some("true");
    let metadata = match provider.metadata().await {
        Ok(metadata) => metadata,
        Err(error) => {
            let failure = SignInFailure::Provider(error);
            return failed(&state, &provider, &origin, request.headers(), return_to, &failure).await;
        }
    };
    let attempt = SignInAttempt::new(state.app.random.secret(), state.app.now(), &return_to, anew);
    let challenge =
        PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(attempt.pkce_verifier()));
    let (to_state, to_nonce) = (attempt.state(), attempt.nonce());
    let client = provider.client(&metadata);
    let mut request = client
        .authorize_url(
            AuthenticationFlow::<CoreResponseType>::AuthorizationCode,
            || CsrfToken::new(to_state),
            || Nonce::new(to_nonce),
        )
        .add_scopes(provider.config().scopes.iter().cloned().map(Scope::new))
        .set_pkce_challenge(challenge)
        .set_max_age(if anew { Duration::ZERO } else { ANY_TIME });
    if anew {
        request = request.add_prompt(CoreAuthPrompt::Login);
    }
    let (url, _, _) = request.url();
    let cookie = state.cookies.set(attempt::COOKIE, attempt.cookie(), attempt::SECONDS);
    ([(header::SET_COOKIE, cookie)], Redirect::to(url.as_str())).into_response()
}

/// The provider's redirect back: creates a session, or shows the sign-in page with the reason.
pub(in crate::server) async fn callback(
    State(state): State<Arc<ServerState>>,
    Extension(origin): Extension<Origin>,
    request: Request,
) -> Response {
    let Some(provider) = state.provider.clone() else { return render(&state, request, NotFoundPage).await };
    let headers = request.headers();
    let query = Query::of(request.uri());
    let attempt = state
        .cookies
        .read(headers, attempt::COOKIE)
        .and_then(|cookie| SignInAttempt::read(&cookie, state.app.now()))
        .filter(|attempt| query.get("state") == Some(attempt.state().as_str()));
    let return_to = attempt.as_ref().map(|it| it.return_to().to_owned()).unwrap_or_default();
    let result = match &attempt {
        _ if query.repeated().is_some() => Err(SignInFailure::Repeated),
        None => Err(SignInFailure::NotBegun),
        Some(attempt) => finish(&state, &provider, &origin, headers, attempt, &query).await,
    };
    let mut response = match result {
        Ok(token) => {
            let seconds = state.app.settings.session_absolute_millis / 1000;
            let mut response = Redirect::to(paths::safe_return(Some(&return_to))).into_response();
            for cookie in [
                state.cookies.set(SESSION_COOKIE, token, seconds),
                state.cookies.set(SESSION_MARK, String::from("1"), seconds),
            ] {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
            response
        }
        Err(failure) => failed(&state, &provider, &origin, headers, return_to, &failure).await,
    };
    if attempt.is_some() {
        let gone = state.cookies.set(attempt::COOKIE, String::new(), 0);
        response.headers_mut().append(header::SET_COOKIE, gone);
    }
    response
}

/// Verifies the provider's response and creates a session; returns its token.
async fn finish(
    state: &Arc<ServerState>,
    provider: &Provider,
    origin: &Origin,
    headers: &HeaderMap,
    attempt: &SignInAttempt,
    query: &Query,
) -> Result<String, SignInFailure> {
    // The issuer in the response (RFC 9207).
    if let Some(issuer) = query.get("iss").filter(|issuer| *issuer != provider.config().issuer) {
        let text = format!("it comes from another issuer: {issuer}");
        return Err(ProviderError::Invalid(printable(&text)).into());
    }
    if let Some(error) = query.get("error") {
        let text = format!("{error} {}", query.text("error_description"));
        tracing::info!(error = printable(&text), "the provider refused the sign-in");
        return Err(match error {
            "server_error" | "temporarily_unavailable" => {
                SignInFailure::Provider(ProviderError::Unavailable(printable(&text)))
            }
            _ => SignInFailure::Declined,
        });
    }
    let code = query.get("code").ok_or_else(|| ProviderError::Invalid(String::from("it has no code")))?;
    let claims = answer::claims(provider, attempt, code.to_owned()).await?;
    let old_token = state.cookies.read(headers, SESSION_COOKIE);
    let sign_in = ProviderSignIn {
        claims: &claims,
        rules: &provider.config().rules,
        answer_hash: &attempt.answer_hash(),
        answer_expires_at: attempt.is_forgotten_at(),
        old_token: old_token.as_deref(),
        user_agent: &user_agent(headers),
    };
    match sign_in_with_provider(&state.app, origin, &sign_in).await {
        Ok(outcome) => outcome.map_err(SignInFailure::Refused),
        Err(error) => {
            tracing::error!(%error, "sign-in through the provider failed");
            Err(if error.is_unwritable() {
                SignInFailure::Unwritable
            } else if error.is_passing() {
                SignInFailure::Database
            } else {
                SignInFailure::Internal
            })
        }
    }
}

/// Redirects from the sign-in page to the provider's sign-out.
pub(in crate::server) async fn sign_out(State(state): State<Arc<ServerState>>, request: Request) -> Response {
    let Some(provider) = state.provider.clone() else { return render(&state, request, NotFoundPage).await };
    let end = match provider.metadata().await {
        Ok(metadata) => metadata.additional_metadata().end_session_endpoint.clone(),
        Err(_) => None,
    };
    let back = PostLogoutRedirectUrl::new(format!("{}{}", state.origin, paths::SIGN_IN));
    let (Some(end), Ok(back)) = (end, back) else { return Redirect::to(paths::SIGN_IN).into_response() };
    let url = LogoutRequest::from(end)
        .set_client_id(ClientId::new(provider.config().client_id.clone()))
        .set_post_logout_redirect_uri(back)
        .http_get_url();
    Redirect::to(url.as_str()).into_response()
}

impl From<ProviderError> for SignInFailure {
    fn from(error: ProviderError) -> Self {
        Self::Provider(error)
    }
}

impl SignInFailure {
    /// The status and the message.
    fn said(&self) -> (StatusCode, &'static str) {
        match self {
            Self::NotBegun => (
                StatusCode::BAD_REQUEST,
                "This sign-in was not begun in this browser, or it took more than ten minutes. Begin again here.",
            ),
            Self::Repeated => (
                StatusCode::BAD_REQUEST,
                "The address of this sign-in says something twice. Begin again here.",
            ),
            Self::Declined => (StatusCode::FORBIDDEN, "The sign-in was cancelled or declined."),
            Self::Provider(ProviderError::Unavailable(_)) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "The sign-in service does not answer. Try again in a moment, or use a password.",
            ),
            Self::Provider(ProviderError::Invalid(_)) => (
                StatusCode::BAD_GATEWAY,
                "The sign-in service gave an answer that cannot be trusted, so nobody was signed in. Try again; if it stays so, tell whoever runs this server.",
            ),
            Self::Provider(ProviderError::TooLarge) => (
                StatusCode::BAD_GATEWAY,
                "The sign-in service says more about you than this server reads, so you were not signed in. Perhaps you are in very many groups: tell whoever runs this server.",
            ),
            Self::Provider(ProviderError::NoAuthTime) => (
                StatusCode::BAD_GATEWAY,
                "The sign-in service does not say when it asked who you are, so this does not confirm that it is you. Confirm with a password instead: whoever runs this server can send you a link to set one.",
            ),
            Self::Refused(refusal) => match refusal {
                ProviderRefusal::Replayed => {
                    (StatusCode::BAD_REQUEST, "This sign-in was used already. Begin again here.")
                }
                ProviderRefusal::NoAddress => (
                    StatusCode::FORBIDDEN,
                    "The sign-in service did not say your email address, which the first sign-in needs. Ask whoever runs this server to link your account.",
                ),
                ProviderRefusal::AddressNotVerified => (
                    StatusCode::FORBIDDEN,
                    "Your email address is not verified. Verify it at the sign-in service, then sign in again.",
                ),
                ProviderRefusal::VerificationNotSaid => (
                    StatusCode::FORBIDDEN,
                    "The sign-in service does not say whether your email address is verified, so it cannot find your account. Ask whoever runs this server to link your account.",
                ),
                ProviderRefusal::UnknownUser => (
                    StatusCode::FORBIDDEN,
                    "Nobody here has your email address. Ask whoever runs this server for an account.",
                ),
                ProviderRefusal::LinkedToAnother => (
                    StatusCode::FORBIDDEN,
                    "The account with your email address is linked to somebody else. Ask whoever runs this server to unlink it.",
                ),
                ProviderRefusal::Blocked => {
                    (StatusCode::FORBIDDEN, "Your account is blocked. Ask an administrator.")
                }
                ProviderRefusal::Bot => {
                    (StatusCode::FORBIDDEN, "A bot cannot sign in: it uses access tokens.")
                }
            },
            Self::Database => {
                (StatusCode::SERVICE_UNAVAILABLE, "The database is busy. Try again in a moment.")
            }
            Self::Unwritable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "Nobody can sign in at the moment: the database takes no changes. Whoever runs this server can tell why.",
            ),
            Self::Internal => {
                (StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong. Try again in a moment.")
            }
        }
    }
}

/// The sign-in page with the message and the request id, under which the log has the cause.
async fn failed(
    state: &Arc<ServerState>,
    provider: &Provider,
    origin: &Origin,
    headers: &HeaderMap,
    return_to: String,
    failure: &SignInFailure,
) -> Response {
    if let SignInFailure::Provider(error) = failure {
        tracing::warn!(%error, "sign-in through the provider failed");
        if matches!(error, ProviderError::Unavailable(_)) {
            provider.look_again();
        }
    }
    let (status, message) = failure.said();
    let mut page = Request::new(Body::empty());
    *page.uri_mut() = paths::SIGN_IN.parse().expect("a path is an address");
    *page.headers_mut() = headers.clone();
    page.headers_mut().insert(header::ACCEPT, HeaderValue::from_static("text/html"));
    let request_id = origin.request_id.clone();
    page.extensions_mut().insert(ProviderSignInFailed { message, return_to, request_id });
    let mut response = render(state, page, SignInPage).await;
    *response.status_mut() = status;
    response
}
