//! Changes of groups and projects, as GitLab's API makes them: created, renamed, moved, archived, shared,
//! deleted. They concern what lies in and below them as well: members, seats, flows, consent.

mod bodies;
mod groups;
mod projects;
mod shares;

use std::sync::Arc;

use utoipa_axum::{router::OpenApiRouter, routes};

use super::state::Api;

pub(super) fn routes() -> OpenApiRouter<Arc<Api>> {
    OpenApiRouter::new()
        .routes(routes!(groups::create))
        .routes(routes!(groups::delete))
        .routes(routes!(groups::transfer))
        .routes(routes!(groups::archive))
        .routes(routes!(groups::unarchive))
        .routes(routes!(shares::of_group))
        .routes(routes!(shares::end_of_group))
        .routes(routes!(projects::create))
        .routes(routes!(projects::update, projects::delete))
        .routes(routes!(projects::transfer))
        .routes(routes!(projects::archive))
        .routes(routes!(projects::unarchive))
        .routes(routes!(shares::of_project))
        .routes(routes!(shares::end_of_project))
}
