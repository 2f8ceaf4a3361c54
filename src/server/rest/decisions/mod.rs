//! Which engine reviews, which version runs, and why.

mod changes;
mod decision_views;
mod routes;

use std::sync::Arc;

use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::state::Api;

/// What the API's document says of them together.
#[derive(OpenApi)]
#[openapi(tags(
    (name = "decisions", description = "Which engine and which flow version runs for a user in a namespace, and why."),
    (name = "changes", description = "What changed, as it happens."),
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
