//! The API of imports and exports.

mod files;
mod views;

use std::sync::Arc;

use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::state::Api;

/// Tags of the OpenAPI document.
#[derive(OpenApi)]
#[openapi(tags((name = "imports", description = "Users, groups, members and seats as CSV.")))]
struct Document;

pub(super) fn routes() -> OpenApiRouter<Arc<Api>> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(files::import))
        .routes(routes!(files::export))
}
