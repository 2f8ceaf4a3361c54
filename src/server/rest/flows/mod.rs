//! The API of foundational flows: selections, consent, versions.

mod consents;
mod flow_version_views;
mod flow_versions;
pub mod group;
pub mod group_views;
mod selections;

use std::sync::Arc;

use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::state::Api;

/// Tags of the OpenAPI document.
#[derive(OpenApi)]
#[openapi(tags(
    (name = "flows", description = "Which foundational flows a top-level group has on."),
    (name = "flow versions", description = "Which flow versions are deployed in which environment."),
    (name = "consents", description = "The wording of consents, and receipts."),
))]
struct Document;

pub(super) fn routes() -> OpenApiRouter<Arc<Api>> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(selections::list))
        .routes(routes!(selections::set))
        .routes(routes!(flow_versions::list, flow_versions::set))
        .routes(routes!(consents::code_review_wording))
        .routes(routes!(consents::receipt))
        .routes(routes!(group::show, group::update))
}
