//! What happens to every request before and after its handler.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use tracing::Instrument;

use super::{
    ServerState,
    limits::{self, Late},
    refusal::Asked,
};
use crate::{
    domain::actor::Surface,
    ui::Refusal,
    usecases::{Caller, Origin, SignedIn, authenticate},
};

/// The cookie that holds a session's token.
pub(super) const SESSION_COOKIE: &str = "duo_session";
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Gives the request an id, finds out where it came from, and logs how it went.
pub(super) async fn origin(State(state): State<ServerState>, mut request: Request, next: Next) -> Response {
    let request_id = URL_SAFE_NO_PAD.encode(&state.app.random.secret()[..12]);
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let remote_ip = remote_ip(request.headers(), peer, state.trusted_proxies);
    let span =
        tracing::info_span!("request", request_id, method = %request.method(), path = request.uri().path());
    let origin = Origin { surface: Surface::Page, request_id: request_id.clone(), remote_ip };
    request.extensions_mut().insert(origin);
    async move {
        let started = state.app.now();
        let mut response = next.run(request).await;
        let duration_ms = state.app.now().as_millis() - started.as_millis();
        tracing::debug!(status = response.status().as_u16(), duration_ms, "answered");
        if let Ok(value) = HeaderValue::from_str(&request_id) {
            response.headers_mut().insert(REQUEST_ID, value);
        }
        response
    }
    .instrument(span)
    .await
}

/// The address of the client: what the outermost trusted proxy saw, or the peer.
fn remote_ip(headers: &HeaderMap, peer: Option<IpAddr>, trusted_proxies: usize) -> String {
    let peer = peer.map(|ip| ip.to_canonical());
    let forwarded = || {
        let list: Vec<&str> = headers
            .get_all("x-forwarded-for")
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .collect();
        let ip: IpAddr = list.get(list.len().checked_sub(trusted_proxies)?)?.trim().parse().ok()?;
        Some(ip.to_canonical())
    };
    let ip = if trusted_proxies > 0 { forwarded().or(peer) } else { peer };
    ip.map(|ip| ip.to_string()).unwrap_or_default()
}

/// Finds out who is signed in: the handlers find a [`SignedIn`] in the request, or none.
pub(super) async fn session(State(state): State<ServerState>, mut request: Request, next: Next) -> Response {
    if let Some(token) = state.cookies.read(request.headers(), SESSION_COOKIE) {
        match authenticate::by_session(&state.app, &token).await {
            Ok(None) => {}
            Ok(Some((actor, display))) => {
                if let Some(origin) = request.extensions().get::<Origin>().cloned() {
                    request.extensions_mut().insert(SignedIn { caller: Caller { actor, origin }, display });
                }
            }
            Err(error) => {
                tracing::error!(%error, "session not read");
                let text = "The database does not answer. Nothing was changed. Try again in a moment.\n";
                return (StatusCode::SERVICE_UNAVAILABLE, text).into_response();
            }
        }
    }
    next.run(request).await
}

/// Gives up on what takes too long.
pub(super) async fn in_time(State(state): State<ServerState>, request: Request, next: Next) -> Response {
    let asked = Asked::by(&request);
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

/// Refuses to change anything for another site. A cookie goes along with a form from anywhere, so
/// where it counts the browser has to say that the form is ours.
pub(super) async fn same_origin(State(state): State<ServerState>, request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if safe || is_same_origin(request.headers(), &state.origin) {
        return next.run(request).await;
    }
    let text =
        "This form did not come from this site, so nothing was changed. Open the page here and try again.";
    let refusal = Refusal { status: 403, title: "A form from elsewhere", text: text.to_owned() };
    Asked::by(&request).refuse(&state, refusal).await
}

fn is_same_origin(headers: &HeaderMap, own: &str) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    match (text("sec-fetch-site"), text("origin")) {
        // `none`: typed or opened by the user alone.
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => origin == own,
        (None, None) => false,
    }
}

/// Headers that every answer has.
pub(super) async fn security_headers(
    State(state): State<ServerState>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let fixed = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        // Not `no-referrer`: forms find their way back by it.
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
    ];
    if state.cookies.secure {
        let a_year = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, a_year);
    }
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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

    proptest! {
        #[test]
        fn whatever_a_proxy_says_an_address_comes_of_it_or_the_peer(said in "[ -~]{0,60}", proxies in 0_usize..4) {
            let headers = HeaderMap::from_iter([(HeaderName::from_static("x-forwarded-for"), said.parse().unwrap())]);
            let ip = remote_ip(&headers, Some(IpAddr::from([10, 0, 0, 1])), proxies);
            prop_assert!(ip.parse::<IpAddr>().is_ok(), "{ip}");
        }
    }

    #[test]
    fn only_proxies_that_are_trusted_say_where_a_request_came_from() {
        let peer = Some(IpAddr::from([10, 0, 0, 1]));
        let chain = headers(&[("x-forwarded-for", "1.1.1.1, 2.2.2.2")]);
        assert_eq!(remote_ip(&chain, peer, 0), "10.0.0.1");
        assert_eq!(remote_ip(&chain, peer, 1), "2.2.2.2");
        assert_eq!(remote_ip(&chain, peer, 2), "1.1.1.1");
        assert_eq!(remote_ip(&chain, peer, 3), "10.0.0.1");
        assert_eq!(remote_ip(&headers(&[("x-forwarded-for", "nonsense")]), peer, 1), "10.0.0.1");
        assert_eq!(remote_ip(&headers(&[]), None, 0), "");
    }
}
