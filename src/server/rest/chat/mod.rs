//! Chat commands.

mod commands;

use std::sync::Arc;

use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::state::Api;

/// What the API's document says of them together.
#[derive(OpenApi)]
#[openapi(tags(
    (name = "chat", description = "Commands from a chat program."),
))]
struct Document;

pub(super) fn routes() -> OpenApiRouter<Arc<Api>> {
    OpenApiRouter::with_openapi(Document::openapi()).routes(routes!(commands::command))
}
