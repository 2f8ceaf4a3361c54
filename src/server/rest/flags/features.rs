//! GitLab's API of feature flags, `/api/v4/features`: its shapes, its statuses and its words for what
//! is wrong, so that its clients work. What they send is in `feature_input`, what they get in
//! `feature_views`.

use axum::extract::{Request, State};
use http::StatusCode;

use super::{
    feature_refusal::FeatureRefusal,
    feature_views::{Definition, Feature, FeatureChange, GitlabError},
    parameters::Parameters,
};
use crate::{
    server::rest::{authentication::Authenticated, input::PathParameters, json::Json, problem::Problem},
    usecases::{
        App, Caller, FlagEditor, FlagReader,
        flags::{
            delete_feature::delete_feature, list_definitions::list_definitions,
            read_features::list_set_features, set_feature::set_feature,
        },
    },
};

/// All feature flags that are set
///
/// With their gates, in the environment of this server or in the `environment` that the query names.
/// As GitLab's. Needs an administrator and the scope `read_settings`.
#[utoipa::path(
    get,
    path = "/api/v4/features",
    operation_id = "list_features",
    tag = "features",
    responses(
        (status = 200, description = "The flags, by name.", body = Vec<Feature>),
        (status = 400, description = "A parameter is wrong.", body = GitlabError),
        (status = 401, description = "No valid token.", body = GitlabError),
        (status = 403, description = "Not an administrator, or not the scope.", body = GitlabError),
    ),
)]
pub async fn list(
    State(app): State<App>,
    who: Result<Authenticated, Problem>,
    request: Request,
) -> Result<Json<Vec<Feature>>, FeatureRefusal> {
    let reader = FlagReader::administrator(&caller(who)?)?;
    let parameters = Parameters::of_query(&request)?;
    let environment = parameters.environment()?.unwrap_or(app.environment());
    let features = list_set_features(&app, &reader, environment).await?;
    Ok(Json(features.into_iter().map(Feature::from).collect()))
}

/// What the feature flags are for
///
/// Every definition: those that come with the program and those that were imported. As GitLab's. Needs
/// an administrator and the scope `read_settings`.
#[utoipa::path(
    get,
    path = "/api/v4/features/definitions",
    operation_id = "list_feature_definitions",
    tag = "features",
    responses(
        (status = 200, description = "The definitions, by name.", body = Vec<Definition>),
        (status = 401, description = "No valid token.", body = GitlabError),
        (status = 403, description = "Not an administrator, or not the scope.", body = GitlabError),
    ),
)]
pub async fn definitions(
    State(app): State<App>,
    who: Result<Authenticated, Problem>,
) -> Result<Json<Vec<Definition>>, FeatureRefusal> {
    let reader = FlagReader::administrator(&caller(who)?)?;
    let definitions = list_definitions(&app, &reader).await?;
    Ok(Json(definitions.into_iter().map(Definition::from).collect()))
}

/// Set a feature flag
///
/// For everyone, or for the users, groups, projects and the feature group that are named, all or none
/// of them. The body is JSON or a form (`application/x-www-form-urlencoded`, `multipart/form-data`), in
/// which `user[]` is a list; parameters of the query count as well. A parameter that is not known is
/// refused, and so is an empty target or environment: it might say for whom or where. In JSON an empty
/// target is one that was left out. A flag that nothing defines can be set. `warnings` in the
/// answer say what may surprise. As GitLab's. Needs an administrator and the scope `write_settings`.
#[utoipa::path(
    post,
    path = "/api/v4/features/{name}",
    operation_id = "set_feature",
    tag = "features",
    params(("name" = String, Path, description = "The flag: 1 to 255 letters, digits, '_', '-' and '.'.", example = "duo_developer_orbit")),
    request_body = FeatureChange,
    responses(
        (status = 201, description = "How the flag is set now.", body = Feature),
        (status = 400, description = "A parameter is wrong; nothing was changed.", body = GitlabError),
        (status = 401, description = "No valid token.", body = GitlabError),
        (status = 403, description = "Not an administrator, or not the scope.", body = GitlabError),
        (status = 415, description = "The body is neither JSON nor a form, or it is compressed.", body = GitlabError),
    ),
)]
pub async fn set(
    State(app): State<App>,
    who: Result<Authenticated, Problem>,
    path: PathParameters,
    request: Request,
) -> Result<(StatusCode, Json<Feature>), FeatureRefusal> {
    let editor = FlagEditor::administrator(&caller(who)?)?;
    let command = Parameters::of(request).await?.into_set(path.get("name"))?;
    let done = set_feature(&app, &editor, &command).await?;
    let warnings = done.warnings.clone();
    Ok((StatusCode::CREATED, Json(Feature::from(done.first().feature).with(&warnings))))
}

/// Forget how a feature flag is set
///
/// Its default holds again, in the environment of this server or in the one that `environment` names;
/// nothing else can be named. Parameters stand in the query or in a body, as for setting it. The answer
/// is the same when nothing was set. As GitLab's. Needs an administrator and the scope `write_settings`.
#[utoipa::path(
    delete,
    path = "/api/v4/features/{name}",
    operation_id = "delete_feature",
    tag = "features",
    params(("name" = String, Path, description = "The flag.", example = "duo_developer_orbit")),
    responses(
        (status = 204, description = "Nothing is set for it."),
        (status = 400, description = "A parameter is wrong; nothing was changed.", body = GitlabError),
        (status = 401, description = "No valid token.", body = GitlabError),
        (status = 403, description = "Not an administrator, or not the scope.", body = GitlabError),
        (status = 415, description = "The body is neither JSON nor a form, or it is compressed.", body = GitlabError),
    ),
)]
pub async fn delete(
    State(app): State<App>,
    who: Result<Authenticated, Problem>,
    path: PathParameters,
    request: Request,
) -> Result<StatusCode, FeatureRefusal> {
    let editor = FlagEditor::administrator(&caller(who)?)?;
    let command = Parameters::of(request).await?.into_delete(path.get("name"))?;
    delete_feature(&app, &editor, &command).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn caller(who: Result<Authenticated, Problem>) -> Result<Caller, FeatureRefusal> {
    who.map(|it| it.caller).map_err(FeatureRefusal::of_stranger)
}
