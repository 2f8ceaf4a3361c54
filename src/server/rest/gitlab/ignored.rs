//! Parameters of GitLab's that are accepted and change nothing, named with the reason.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

use crate::server::rest::json::Json;

/// Why GitLab's own settings are not changed here.
pub const GITLABS: &str = "Not a setting of Duo Console: change it in GitLab.";

/// A parameter that changed nothing.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = IgnoredParameter)]
pub struct Ignored {
    #[schema(example = "visibility")]
    pub param: String,
    pub reason: String,
    /// The full path of the group that sets or locks it.
    #[schema(required)]
    pub locked_by: Option<String>,
}

impl Ignored {
    pub fn new(param: &str, reason: &str) -> Self {
        Self { param: param.to_owned(), reason: reason.to_owned(), locked_by: None }
    }
}

/// Says of these parameters why they in particular change nothing.
pub fn explain(ignored: &mut [Ignored], reasons: &[(&str, &str)]) {
    for it in ignored {
        if let Some((_, reason)) = reasons.iter().find(|(param, _)| it.param == *param) {
            it.reason = String::from(*reason);
        }
    }
}

/// The answer to a change, whose header names what was ignored.
pub fn changed(status: StatusCode, body: impl Serialize, ignored: &[Ignored]) -> Response {
    naming(ignored, (status, Json(body)).into_response())
}

/// The answer to a change after which there is nothing to show.
pub fn gone(ignored: &[Ignored]) -> Response {
    naming(ignored, StatusCode::NO_CONTENT.into_response())
}

fn naming(ignored: &[Ignored], mut response: Response) -> Response {
    let header = ignored.iter().map(|it| it.param.as_str()).collect::<Vec<_>>().join(", ");
    if !header.is_empty()
        && let Ok(header) = HeaderValue::from_str(&header)
    {
        response.headers_mut().insert("x-duo-console-ignored", header);
    }
    response
}
