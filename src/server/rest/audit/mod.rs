//! The audit log in GitLab's shapes.

mod events;

use std::sync::Arc;

use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::state::Api;

/// Tags of the OpenAPI document.
#[derive(OpenApi)]
#[openapi(tags((name = "audit events", description = "The audit log, compatible with GitLab's API.")))]
struct Document;

pub(super) fn routes() -> OpenApiRouter<Arc<Api>> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(events::list))
        .routes(routes!(events::of_group))
        .routes(routes!(events::of_project))
}
