//! Users in GitLab's shapes, and what its clients call first: who the token belongs to, and the version.

mod program;
mod user_changes;
mod user_views;
mod users;

use std::sync::Arc;

use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::state::Api;

/// Tags of the OpenAPI document.
#[derive(OpenApi)]
#[openapi(tags((name = "users", description = "Users and the token itself, compatible with GitLab's API.")))]
struct Document;

pub(super) fn routes() -> OpenApiRouter<Arc<Api>> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(program::version))
        .routes(routes!(program::metadata))
        .routes(routes!(program::token))
        .routes(routes!(users::current))
        .routes(routes!(users::list, user_changes::create))
        .routes(routes!(users::show, user_changes::update, user_changes::delete))
        .routes(routes!(user_changes::block))
        .routes(routes!(user_changes::unblock))
}
