//! The registries of deployed flow versions: reading them, and replacing one.

use axum::extract::State;

use super::flow_version_views::{FlowVersionRegistry, FlowVersions, FlowVersionsChange};
use crate::{
    server::rest::{
        authentication::Authenticated,
        input::{JsonBody, QueryParameters},
        json::Json,
        problem::Problem,
    },
    usecases::{
        App,
        flows::{list_flow_versions::list_flow_versions, set_flow_versions::set_flow_versions},
    },
};

/// Which flow versions are deployed
///
/// The registry of each environment. Needs the scope `manage_flow_versions` and an administrator.
#[utoipa::path(
    get,
    path = "/api/v1/flow_versions",
    operation_id = "list_flow_versions",
    tag = "flow versions",
    responses(
        (status = 200, description = "A registry for each environment.", body = FlowVersions),
        (status = 403, description = "This needs an administrator, or the token's scopes do not allow it."),
    ),
)]
pub async fn list(
    State(app): State<App>,
    Authenticated { caller, .. }: Authenticated,
    query: QueryParameters,
) -> Result<Json<FlowVersions>, Problem> {
    let [] = query.exactly([])?;
    Ok(Json(FlowVersions::new(app.environment(), list_flow_versions(&app, &caller).await?)))
}

/// Set the deployed flow versions of an environment
///
/// Replaces the whole registry of the environment; decisions use it at once. A request that changes nothing
/// succeeds, whatever `version` it names. Needs the scope `manage_flow_versions` and an administrator; a bot
/// may be one.
#[utoipa::path(
    put,
    path = "/api/v1/flow_versions",
    operation_id = "set_flow_versions",
    tag = "flow versions",
    request_body = FlowVersionsChange,
    responses(
        (status = 200, description = "The registry as it is now.", body = FlowVersionRegistry),
        (status = 403, description = "This needs an administrator, or the token's scopes do not allow it."),
        (status = 409, description = "`conflict`: the registry was changed since that version; `detail` says by whom."),
        (status = 422, description = "`invalid`: a field is wrong."),
    ),
)]
pub async fn set(
    State(app): State<App>,
    Authenticated { caller, .. }: Authenticated,
    query: QueryParameters,
    JsonBody(change): JsonBody<FlowVersionsChange>,
) -> Result<Json<FlowVersionRegistry>, Problem> {
    let [] = query.exactly([])?;
    let command = change.command()?;
    let environment = command.environment;
    let registry = set_flow_versions(&app, &caller, command).await?;
    Ok(Json(FlowVersionRegistry::new(environment, registry)))
}
