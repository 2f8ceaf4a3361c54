//! Chat commands.

mod commands;

use std::sync::Arc;

use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::state::Api;

/// Tags of the OpenAPI document.
#[derive(OpenApi)]
#[openapi(tags(
    (name = "chat", description = "Chat commands."),
))]
struct Document;

pub(super) fn routes() -> OpenApiRouter<Arc<Api>> {
    OpenApiRouter::with_openapi(Document::openapi()).routes(routes!(commands::command))
}
