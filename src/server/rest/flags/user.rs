//! What clients of GitLab's API call first: the owner of the token, and the version.

use serde::Serialize;
use utoipa::ToSchema;

use super::{feature_refusal::FeatureRefusal, feature_views::GitlabError};
use crate::{
    domain::user::UserKind,
    server::rest::{authentication::Authenticated, json::Json, problem::Problem},
};

/// The owner of a token, in GitLab's shape.
#[derive(Debug, Serialize, ToSchema)]
pub struct CurrentUser {
    id: i64,
    #[schema(example = "administrator")]
    username: String,
    name: String,
    /// Always `active`.
    #[schema(example = "active")]
    state: &'static str,
    bot: bool,
    is_admin: bool,
}

/// The version, in GitLab's shape.
#[derive(Debug, Serialize, ToSchema)]
pub struct Version {
    /// Of this program, not of a GitLab.
    #[schema(example = "0.1.0")]
    version: &'static str,
    /// The name of the program.
    #[schema(example = "duo-console")]
    revision: &'static str,
}

/// The owner of the token
///
/// As in GitLab, for clients that call it first. Any valid token may call it.
#[utoipa::path(
    get,
    path = "/api/v4/user",
    operation_id = "get_current_user",
    tag = "features",
    responses(
        (status = 200, description = "The owner of the token.", body = CurrentUser),
        (status = 401, description = "No valid token.", body = GitlabError),
    ),
)]
pub async fn current(who: Result<Authenticated, Problem>) -> Result<Json<CurrentUser>, FeatureRefusal> {
    let actor = who.map_err(FeatureRefusal::of_stranger)?.caller.actor;
    Ok(Json(CurrentUser {
        id: actor.id.0,
        username: actor.username,
        name: actor.name,
        state: "active",
        bot: actor.kind == UserKind::Bot,
        is_admin: actor.is_admin,
    }))
}

/// The program and its version
///
/// As in GitLab, for clients that call it first; the version is that of this program. Any valid token may
/// call it.
#[utoipa::path(
    get,
    path = "/api/v4/version",
    operation_id = "get_version",
    tag = "features",
    responses(
        (status = 200, description = "The program and its version.", body = Version),
        (status = 401, description = "No valid token.", body = GitlabError),
    ),
)]
pub async fn version(who: Result<Authenticated, Problem>) -> Result<Json<Version>, FeatureRefusal> {
    who.map_err(FeatureRefusal::of_stranger)?;
    Ok(Json(Version { version: env!("CARGO_PKG_VERSION"), revision: env!("CARGO_PKG_NAME") }))
}
