//! Middleware: what runs before and after the handler of every request.

use axum::{
    extract::{ConnectInfo, MatchedPath, Request, State},
    http::{HeaderMap, Method, StatusCode},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures_util::FutureExt;
use std::{net::SocketAddr, panic::AssertUnwindSafe, sync::Arc, time::Instant};
use tracing::Instrument;

use super::{
    ServerState,
    compression::{Encodings, compressed},
    headers,
    limits::{self, Late},
    metrics::OTHER,
    refusal::Requester,
    remote_ip::remote_ip,
    request_id,
    request_log::{self, Cause, RequestUser, is_frequent},
    telemetry::traces,
};
use crate::{
    actions::cookies::SESSION_COOKIE,
    domain::{
        actor::Surface,
        paths::{self, GroupPage},
    },
    ui::Refusal,
    usecases::{
        Caller, Origin, SignedIn,
        accounts::authenticate::{self, SessionActor},
    },
};

/// Assigns the request id, determines the client's IP address, logs and counts the request, and adds the
/// common response headers.
pub(super) async fn origin(
    State(state): State<Arc<ServerState>>,
    mut request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let request_id = request_id::forwarded(request.headers(), state.trusted_proxies)
        .unwrap_or_else(|| state.request_ids.next());
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let remote_ip = remote_ip(request.headers(), peer, state.trusted_proxies);
    let method = request.method().clone();
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let route = match matched.as_ref().map(MatchedPath::as_str) {
        Some(paths::GROUP_PAGES) => group_page(request.uri().path()),
        matched => matched.unwrap_or(OTHER),
    };
    let span = if state.traced {
        traces::request_span(&request_id, &method, route, request.headers())
    } else if is_frequent(route) {
        // A span costs more than the rest of this function, and a successful decision logs nothing.
        tracing::debug_span!("request", request_id)
    } else {
        tracing::error_span!("request", request_id)
    };
    let encodings = Encodings::of(request.headers());
    let user = RequestUser::default();
    request.extensions_mut().insert(user.clone());
    request.extensions_mut().insert(Origin {
        surface: Surface::Page,
        request_id: request_id.clone(),
        remote_ip,
    });
    let answer = AssertUnwindSafe(next.run(request)).catch_unwind().instrument(span.clone()).await;
    // The panic itself has been logged by the panic hook.
    let mut response =
        answer.unwrap_or_else(|_| (StatusCode::INTERNAL_SERVER_ERROR, "Service panicked").into_response());

    if let Some(encodings) = encodings {
        response = compressed(response, encodings).await;
    }
    headers::complete(&state.common_headers, &mut response, &request_id);
    let (status, took) = (response.status(), started.elapsed());
    state.requests.answered(&method, route, status, took);
    if state.traced {
        traces::answered(&span, status.as_u16());
    }
    let span = if status.is_server_error() && !state.traced && is_frequent(route) {
        tracing::error_span!("request", request_id)
    } else {
        span
    };
    let cause = response.extensions_mut().remove::<Cause>();
    span.in_scope(|| request_log::write(&method, route, status, took, &user, cause));
    response
}

/// Route label of a group's page: they are one route to axum.
fn group_page(path: &str) -> &'static str {
    let rest = path.strip_prefix(paths::GROUP).and_then(|rest| rest.strip_prefix('/'));
    rest.and_then(GroupPage::parse).map_or(OTHER, |(_, page)| page.pattern())
}

/// Authenticates the session cookie: handlers find a [`SignedIn`] in the request's extensions, or none.
pub(super) async fn session(
    State(state): State<Arc<ServerState>>,
    mut request: Request,
    next: Next,
) -> Response {
    if let Some(token) = state.cookies.read(request.headers(), SESSION_COOKIE) {
        match authenticate::by_session(&state.app, &token).await {
            Ok(None) => {}
            Ok(Some(SessionActor { actor, display, session })) => {
                RequestUser::note(request.extensions(), actor.id);
                if let Some(origin) = request.extensions().get::<Origin>().cloned() {
                    let caller = Caller { actor, origin };
                    request.extensions_mut().insert(SignedIn { caller, display, session });
                }
            }
            Err(error) => {
                tracing::error!(%error, "cannot read the session");
                let text = "The database does not answer. Nothing was changed. Try again in a moment.\n";
                return (StatusCode::SERVICE_UNAVAILABLE, text).into_response();
            }
        }
    }
    next.run(request).await
}

/// Enforces the request timeouts.
pub(super) async fn in_time(State(state): State<Arc<ServerState>>, request: Request, next: Next) -> Response {
    let asked = Requester::by(&request);
    let (status, title, text) = match limits::within(state.limits, request, next).await {
        Ok(response) => return response,
        Err(Late::Body) => {
            (408, "The form came too slowly", "It did not arrive in time, so nothing was changed. Try again.")
        }
        Err(Late::Answer) => (
            503,
            "This took too long",
            "It was given up. If you changed something, look whether it was saved before you try again.",
        ),
    };
    asked.refuse(&state, Refusal { status, title, text: text.to_owned() }).await
}

/// Cross-site request forgery protection. Cookies are sent with forms from any site, so a browser has to
/// declare that a request which changes something has the same origin.
pub(super) async fn same_origin(
    State(state): State<Arc<ServerState>>,
    request: Request,
    next: Next,
) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if safe || is_same_origin(request.headers(), &state.origin) {
        return next.run(request).await;
    }
    let text =
        "This form did not come from this site, so nothing was changed. Open the page here and try again.";
    let refusal = Refusal { status: 403, title: "A form from elsewhere", text: text.to_owned() };
    Requester::by(&request).refuse(&state, refusal).await
}

fn is_same_origin(headers: &HeaderMap, own: &str) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    match (text("sec-fetch-site"), text("origin")) {
        // `none`: typed or opened by the user.
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => origin == own,
        (None, None) => false,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| ((*name).parse().unwrap(), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn a_form_of_another_site_is_told_from_ours() {
        let own = "http://127.0.0.1:3000";
        let table = [
            (headers(&[("sec-fetch-site", "same-origin")]), true),
            (headers(&[("sec-fetch-site", "none")]), true),
            (headers(&[("sec-fetch-site", "same-site")]), false),
            (headers(&[("sec-fetch-site", "cross-site"), ("origin", own)]), false),
            (headers(&[("origin", own)]), true),
            (headers(&[("origin", "http://127.0.0.1:3001")]), false),
            (headers(&[("origin", "https://127.0.0.1:3000")]), false),
            (headers(&[("origin", "null")]), false),
            (headers(&[]), false),
        ];
        for (headers, expected) in table {
            assert_eq!(is_same_origin(&headers, own), expected, "{headers:?}");
        }
    }
}
