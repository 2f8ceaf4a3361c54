//! The API of decisions: which engine reviews, which version of a flow runs, and why.

mod changes;
mod decision_views;
mod routes;

use std::sync::Arc;

use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::state::Api;

/// Tags of the OpenAPI document.
#[derive(OpenApi)]
#[openapi(tags(
    (name = "decisions", description = "Which engine and which flow version runs for a user in a namespace, and why."),
    (name = "changes", description = "Changes, as they happen."),
))]
struct Document;

pub(super) fn routes() -> OpenApiRouter<Arc<Api>> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(routes::code_review))
        .routes(routes!(routes::flow_version))
        .routes(routes!(routes::many))
        .routes(routes!(changes::follow))
        .routes(routes!(changes::follow_flags))
}
