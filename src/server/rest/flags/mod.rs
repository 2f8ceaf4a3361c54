//! The API of feature flags: gates, history, scheduled changes, OpenFeature.

mod feature_change_views;
mod feature_changes;
mod feature_input;
mod feature_refusal;
mod feature_views;
mod features;
mod ofrep;
mod ofrep_views;

use std::sync::Arc;

use axum::routing::{get, post};
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::state::Api;

/// Tags of the OpenAPI document.
#[derive(OpenApi)]
#[openapi(tags(
    (name = "feature flags", description = "The history of feature flags, and their scheduled changes."),
    (name = "features", description = "Feature flags, compatible with GitLab's API."),
    (name = "openfeature", description = "Feature flags by the OpenFeature Remote Evaluation Protocol."),
))]
struct Document;

pub(super) fn routes() -> OpenApiRouter<Arc<Api>> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(features::list))
        .routes(routes!(features::definitions))
        .routes(routes!(features::set, features::delete))
        .routes(routes!(feature_changes::history))
        .routes(routes!(feature_changes::restore))
        .routes(routes!(feature_changes::list, feature_changes::add))
        .routes(routes!(feature_changes::cancel))
        .routes(routes!(ofrep::evaluate))
        .routes(routes!(ofrep::evaluate_many))
        // The spellings of python-gitlab.
        .route("/api/v4/features/", get(features::list))
        .route("/api/v4/features//{name}", post(features::set).delete(features::delete))
}
