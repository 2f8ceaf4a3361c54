//! Response headers common to all responses, and request headers set by browsers.

use std::{borrow::Cow, mem};

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};

use super::request_id::REQUEST_ID;

/// Whether navigation came from another site. A request without `Sec-Fetch-Site` passes: requests that change
/// something are guarded by `middleware::same_origin`.
pub(super) fn is_led_here(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin" && site != "none")
}

/// The `User-Agent` header, lossily as text.
pub(super) fn user_agent(headers: &HeaderMap) -> Cow<'_, str> {
    headers.get(header::USER_AGENT).map(|it| String::from_utf8_lossy(it.as_bytes())).unwrap_or_default()
}

/// Default headers of every response. Built once: cloning the map is cheaper than inserting each.
pub(super) fn common_headers(secure: bool) -> HeaderMap {
    let mut headers = HeaderMap::from_iter([
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
        // Not `no-referrer`: forms are redirected back by it.
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

/// Adds the common headers to a response, unless it sets its own.
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
