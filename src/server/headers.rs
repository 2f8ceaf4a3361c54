//! Headers: those that every answer has, and what browsers say of where they come from.

use std::{borrow::Cow, mem};

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};

use super::request_id::REQUEST_ID;

/// Whether another site led the browser here. Where browsers say nothing, it is not held against them:
/// for what changes something there is `middleware::same_origin`.
pub(super) fn is_led_here(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin" && site != "none")
}

/// What the browser calls itself, as far as it is text.
pub(super) fn user_agent(headers: &HeaderMap) -> Cow<'_, str> {
    headers.get(header::USER_AGENT).map(|it| String::from_utf8_lossy(it.as_bytes())).unwrap_or_default()
}

/// Headers that every answer has, unless it says otherwise. Made once: to copy them is less work than to
/// put each into every answer.
pub(super) fn common_headers(secure: bool) -> HeaderMap {
    let mut headers = HeaderMap::from_iter([
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
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ]);
    if secure {
        let a_year = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, a_year);
    }
    headers
}

/// Puts on an answer what every answer has.
pub(super) fn complete(common: &HeaderMap, response: &mut Response, request_id: &str) {
    let mut headers = common.clone();
    headers.extend(mem::take(response.headers_mut()));
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        headers.entry(header::RETRY_AFTER).or_insert(HeaderValue::from_static("1"));
    }
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert(REQUEST_ID, id);
    }
    *response.headers_mut() = headers;
}
