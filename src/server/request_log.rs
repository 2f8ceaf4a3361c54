//! The access log, and what handlers leave in the request's extensions for it.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use axum::http::{Extensions, Method, StatusCode};

use crate::domain::ids::UserId;

/// The authenticated user of a request, set by whichever layer authenticates it, for the log.
#[derive(Clone, Debug, Default)]
pub(super) struct RequestUser(Arc<OnceLock<UserId>>);

impl RequestUser {
    /// Records the user. The first one set wins.
    pub fn note(extensions: &Extensions, user: UserId) {
        if let Some(Self(known)) = extensions.get() {
            let _ = known.set(user);
        }
    }
}

/// Why a request failed, passed on to the log. Pages log it themselves, where it occurs.
#[derive(Clone, Debug)]
pub(super) struct Cause(pub String);

/// Logs one event per request.
pub(super) fn write(
    method: &Method,
    route: &str,
    status: StatusCode,
    took: Duration,
    user: &RequestUser,
    cause: Option<Cause>,
) {
    let user_id = user.0.get().map(|it| it.0);
    let (ms, status) = ((took.as_secs_f64() * 1e6).round() / 1e3, status.as_u16());
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

/// Whether programs request it all day: health, metrics, decisions, flags and assets. They are in the
/// metrics; a log line for each would bury the rest and cost more than the response.
pub(super) fn is_frequent(route: &str) -> bool {
    const FREQUENT: [&str; 5] =
        ["/-/liveness", "/-/readiness", "/-/metrics", "/pkg/{name}", "/api/v1/decisions"];
    FREQUENT.contains(&route)
        || route.starts_with("/api/v1/decisions/")
        || route.starts_with("/ofrep/v1/evaluate/")
}
