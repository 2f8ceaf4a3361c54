//! Groups, projects and members in GitLab's shapes; imports and exports.

mod file_views;
mod files;
pub mod group_views;
mod groups;
mod member_changes;
mod member_views;
mod members;
pub mod project_views;
mod projects;

use std::sync::Arc;

use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::state::Api;

/// Tags of the OpenAPI document.
#[derive(OpenApi)]
#[openapi(tags(
    (name = "groups", description = "Groups and projects, compatible with GitLab's API."),
    (name = "members", description = "Members of groups and projects, compatible with GitLab's API."),
    (name = "imports", description = "Users, groups, members and seats as CSV."),
))]
struct Document;

pub(super) fn routes() -> OpenApiRouter<Arc<Api>> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(groups::list))
        .routes(routes!(groups::subgroups))
        .routes(routes!(groups::descendants))
        .routes(routes!(projects::of_group))
        .routes(routes!(projects::list))
        .routes(routes!(projects::show))
        .routes(routes!(members::of_group, member_changes::add_to_group))
        .routes(routes!(members::all_of_group))
        .routes(routes!(
            members::one_of_group,
            member_changes::update_of_group,
            member_changes::remove_from_group
        ))
        .routes(routes!(members::one_of_all_of_group))
        .routes(routes!(members::of_project, member_changes::add_to_project))
        .routes(routes!(members::all_of_project))
        .routes(routes!(
            members::one_of_project,
            member_changes::update_of_project,
            member_changes::remove_from_project
        ))
        .routes(routes!(members::one_of_all_of_project))
        .routes(routes!(files::import))
        .routes(routes!(files::export))
}
