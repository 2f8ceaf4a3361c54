//! What clients of GitLab's API call first: the version, and the token itself.

use axum::extract::State;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

use crate::{
    domain::{time::Timestamp, token::Scope},
    server::rest::{
        authentication::Authenticated,
        gitlab::{
            Answer,
            asked::Asked,
            refusal::{GitlabError, GitlabRefusal},
        },
        json::Json,
        problem::Problem,
        state::Api,
    },
    usecases::accounts::show_token::show_token,
};

/// The version and what else GitLab says of itself.
#[derive(Debug, Serialize, ToSchema)]
pub struct Metadata {
    /// Of this program, not of a GitLab.
    #[schema(example = "0.1.0")]
    version: &'static str,
    /// The name of the program.
    #[schema(example = "duo-console")]
    revision: &'static str,
    /// Always false: this program is no edition of GitLab.
    enterprise: bool,
    kas: AgentServer,
}

/// GitLab's server for Kubernetes agents, which there is none of.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AgentServer {
    enabled: bool,
    #[schema(required)]
    external_url: Option<String>,
    #[schema(required)]
    external_k8s_proxy_url: Option<String>,
    #[schema(required)]
    version: Option<String>,
}

/// A personal access token, without the secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnToken {
    id: i64,
    name: String,
    revoked: bool,
    #[schema(format = DateTime)]
    created_at: String,
    /// Always null.
    #[schema(required)]
    description: Option<String>,
    /// The scopes of this program, not GitLab's.
    #[schema(example = json!(["read_settings"]))]
    scopes: Vec<&'static str>,
    user_id: i64,
    #[schema(required, format = DateTime)]
    last_used_at: Option<String>,
    active: bool,
    /// The day of the end, UTC.
    #[schema(format = Date)]
    expires_at: String,
}

/// The program and its version
///
/// As in GitLab, for clients that call it first; the version is that of this program. Any valid token may
/// call it.
#[utoipa::path(
    get,
    path = "/api/v4/version",
    operation_id = "get_version",
    tag = "users",
    responses(
        (status = 200, description = "The program and its version.", body = Metadata),
        (status = 401, description = "No valid token.", body = GitlabError),
    ),
)]
pub async fn version(_: Asked) -> Json<Metadata> {
    Json(the_program())
}

/// The program, its version and its edition
///
/// As in GitLab. Any valid token may call it.
#[utoipa::path(
    get,
    path = "/api/v4/metadata",
    operation_id = "get_metadata",
    tag = "users",
    responses(
        (status = 200, description = "The program and its version.", body = Metadata),
        (status = 401, description = "No valid token.", body = GitlabError),
    ),
)]
pub async fn metadata(_: Asked) -> Json<Metadata> {
    Json(the_program())
}

const fn the_program() -> Metadata {
    Metadata {
        version: env!("CARGO_PKG_VERSION"),
        revision: env!("CARGO_PKG_NAME"),
        enterprise: false,
        kas: AgentServer { enabled: false, external_url: None, external_k8s_proxy_url: None, version: None },
    }
}

/// The token of the request
///
/// Without the secret. As in GitLab. Any valid token may call it.
#[utoipa::path(
    get,
    path = "/api/v4/personal_access_tokens/self",
    operation_id = "get_own_token",
    tag = "users",
    responses(
        (status = 200, description = "The token.", body = OwnToken),
        (status = 401, description = "No valid token.", body = GitlabError),
    ),
)]
pub async fn token(
    State(api): State<Arc<Api>>,
    who: Result<Authenticated, Problem>,
) -> Answer<Json<OwnToken>> {
    let Authenticated { caller, token } = who.map_err(GitlabRefusal::of_stranger)?;
    let token = show_token(&api.app, &caller, &token).await?;
    let now = api.app.now();
    Ok(Json(OwnToken {
        id: token.id.0,
        revoked: token.revoked_at.is_some(),
        created_at: token.created_at.rfc3339(),
        description: None,
        scopes: token.scopes.iter().copied().map(Scope::key).collect(),
        user_id: caller.actor.id.0,
        last_used_at: token.last_used_at.map(Timestamp::rfc3339),
        active: token.revoked_at.is_none() && now < token.expires_at,
        expires_at: token.expires_at.date(),
        name: token.name,
    }))
}
