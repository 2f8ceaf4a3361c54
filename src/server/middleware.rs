//! What happens to every request before and after its handler.

use std::{
    net::{IpAddr, SocketAddr},
    panic::AssertUnwindSafe,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use axum::{
    extract::{ConnectInfo, MatchedPath, Request, State},
    http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use futures_util::FutureExt;
use tracing::Instrument;

use super::{
    ServerState,
    limits::{self, Late},
    metrics::OTHER,
    refusal::Asked,
    telemetry::traces,
};
use crate::{
    actions::cookies::SESSION_COOKIE,
    domain::{actor::Surface, ids::UserId, paths},
    ui::Refusal,
    usecases::{
        Caller, Origin, SignedIn,
        authenticate::{self, SessionActor},
    },
};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The user that a request turned out to come from: filled in by whoever finds out, for the log.
#[derive(Clone, Debug, Default)]
pub(super) struct RequestUser(Arc<OnceLock<UserId>>);

impl RequestUser {
    /// Notes who it is. The first to know is believed.
    pub fn note(extensions: &Extensions, user: UserId) {
        if let Some(Self(known)) = extensions.get() {
            let _ = known.set(user);
        }
    }
}

/// Gives the request an id, finds out where it came from, and says in the log and the metrics how it
/// went; puts on the answer what every answer has.
pub(super) async fn origin(
    State(state): State<Arc<ServerState>>,
    mut request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let request_id = forwarded_id(request.headers(), state.trusted_proxies)
        .unwrap_or_else(|| URL_SAFE_NO_PAD.encode(&state.app.random.secret()[..12]));
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let remote_ip = remote_ip(request.headers(), peer, state.trusted_proxies);
    let method = request.method().clone();
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let page = if matched.is_none() { paths::pattern(request.uri().path()) } else { None };
    let route = matched.as_ref().map(MatchedPath::as_str).or(page).unwrap_or(OTHER);
    let span = if state.traced {
        traces::request_span(&request_id, &method, route, request.headers())
    } else if is_frequent(route) {
        // Dearer than all else here, and nothing is logged inside a decision that goes well.
        tracing::debug_span!("request", request_id)
    } else {
        tracing::error_span!("request", request_id)
    };
    let user = RequestUser::default();
    request.extensions_mut().insert(user.clone());
    request.extensions_mut().insert(Origin {
        surface: Surface::Page,
        request_id: request_id.clone(),
        remote_ip,
    });
    let answer = AssertUnwindSafe(next.run(request)).catch_unwind().instrument(span.clone()).await;
    // What panicked stands in the log: the panic hook puts it there.
    let mut response =
        answer.unwrap_or_else(|_| (StatusCode::INTERNAL_SERVER_ERROR, "Service panicked").into_response());

    security_headers(&state, &mut response);
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
    span.in_scope(|| log(&method, route, status, took, user.0.get().copied(), cause));
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// Why a request failed, on its way to the log. Pages log it themselves, where they know it.
#[derive(Clone, Debug)]
pub(super) struct Cause(pub String);

/// One event for each request.
fn log(
    method: &Method,
    route: &str,
    status: StatusCode,
    took: Duration,
    user: Option<UserId>,
    cause: Option<Cause>,
) {
    let (ms, user_id, status) = (took.as_secs_f64() * 1000.0, user.map(|it| it.0), status.as_u16());
    let cause = cause.map(|it| it.0);
    macro_rules! answered {
        ($level:ident) => {
            tracing::$level!(%method, route, status, ms, user_id, cause, "answered")
        };
    }
    if status >= 500 {
        answered!(error);
    } else if is_frequent(route) {
        answered!(debug);
    } else {
        answered!(info);
    }
}

/// Whether programs ask for it all day: health, metrics, decisions, flags and files. The metrics count these;
/// a line for each would bury the rest and cost more than the answer.
fn is_frequent(route: &str) -> bool {
    const FREQUENT: [&str; 5] =
        ["/-/liveness", "/-/readiness", "/-/metrics", "/pkg/{name}", "/api/v1/decisions"];
    FREQUENT.contains(&route)
        || route.starts_with("/api/v1/decisions/")
        || route.starts_with("/ofrep/v1/evaluate/")
}

/// The id that a proxy of ours gave the request. Others could write anything: it ends up in the audit
/// log.
fn forwarded_id(headers: &HeaderMap, trusted_proxies: usize) -> Option<String> {
    let id = headers.get(REQUEST_ID).filter(|_| trusted_proxies > 0)?.to_str().ok()?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    ((8..=64).contains(&id.len()) && id.bytes().all(plain)).then(|| id.to_owned())
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
                tracing::error!(%error, "session not read");
                let text = "The database does not answer. Nothing was changed. Try again in a moment.\n";
                return (StatusCode::SERVICE_UNAVAILABLE, text).into_response();
            }
        }
    }
    next.run(request).await
}

/// Gives up on what takes too long.
pub(super) async fn in_time(State(state): State<Arc<ServerState>>, request: Request, next: Next) -> Response {
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
    Asked::by(&request).refuse(&state, refusal).await
}

/// Whether another site led the browser here. Where browsers say nothing, it is not held against them:
/// for what changes something there is [`same_origin`].
pub(super) fn is_led_here(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin" && site != "none")
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

/// Headers that are the same in every answer, parsed when the program is compiled.
const FIXED_HEADERS: [(HeaderName, HeaderValue); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    // Not `no-referrer`: forms find their way back by it.
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), geolocation=(), microphone=()"),
    ),
];

/// Headers that every answer has. A call and no layer of its own: a decision takes some microseconds,
/// and a layer one of them.
fn security_headers(state: &ServerState, response: &mut Response) {
    let status = response.status();
    let headers = response.headers_mut();
    for (name, value) in FIXED_HEADERS {
        headers.insert(name, value);
    }
    if state.cookies.secure {
        let a_year = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, a_year);
    }
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        headers.entry(header::RETRY_AFTER).or_insert(HeaderValue::from_static("1"));
    }
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
    fn only_proxies_that_are_trusted_give_a_request_its_id_and_only_a_plain_one() {
        let given = headers(&[("x-request-id", "0af7651916cd43dd.8448-eb2_1")]);
        assert_eq!(forwarded_id(&given, 0), None);
        assert_eq!(forwarded_id(&given, 1).as_deref(), Some("0af7651916cd43dd.8448-eb2_1"));
        let long: &'static str = "x".repeat(65).leak();
        for wrong in ["", "short", "with spaces in it", "<script>alert", "a\tb-c-d-e-f", "日本語日本語", long]
        {
            let bytes = HeaderValue::from_bytes(wrong.as_bytes()).expect("a header's value");
            let headers = HeaderMap::from_iter([(REQUEST_ID, bytes)]);
            assert_eq!(forwarded_id(&headers, 1), None, "{wrong}");
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
