//! GitLab's API of feature flags, `/api/v4/features`, with its shapes, statuses and messages, so that its
//! clients work. Parsing is in `feature_input`, the JSON in `feature_views`.

use axum::{
    body::Bytes,
    extract::{Request, State},
    response::Response,
};
use http::StatusCode;

use super::{
    feature_refusal::FeatureRefusal,
    feature_views::{Definition, Feature, FeatureChange},
};
use crate::{
    server::rest::{
        authentication::Authenticated,
        gitlab::{parameters::Parameters, refusal::GitlabError},
        input::PathParameters,
        json::{Json, in_json, written},
        problem::Problem,
    },
    usecases::{
        App, CachedFlag, Caller, FlagEditor, FlagReader,
        flags::{
            delete_feature::delete_feature, list_definitions::list_definitions,
            read_features::list_set_features, set_feature::set_feature,
        },
    },
};

/// All feature flags that are set
///
/// With their gates, in the environment of this server or in `environment`. As in GitLab. Needs an
/// administrator and the scope `read_settings`.
#[utoipa::path(
    get,
    path = "/api/v4/features",
    operation_id = "list_features",
    tag = "features",
    responses(
        (status = 200, description = "The flags, by name.", body = Vec<Feature>),
        (status = 400, description = "A parameter is wrong.", body = GitlabError),
        (status = 401, description = "No valid token.", body = GitlabError),
        (status = 403, description = "Not an administrator, or the token lacks the scope.", body = GitlabError),
    ),
)]
pub async fn list(
    State(app): State<App>,
    who: Result<Authenticated, Problem>,
    request: Request,
) -> Result<Response, FeatureRefusal> {
    let reader = FlagReader::administrator(&caller(who)?)?;
    let parameters = Parameters::of_query(request.uri())?;
    let environment = parameters.environment()?.unwrap_or(app.environment());
    let features = list_set_features(&app, &reader, environment).await?;
    Ok(written(Bytes::from_owner(features.written(all_in_json))))
}

/// The definitions of feature flags
///
/// Every definition: built in or imported. As in GitLab. Needs an administrator and the scope
/// `read_settings`.
#[utoipa::path(
    get,
    path = "/api/v4/features/definitions",
    operation_id = "list_feature_definitions",
    tag = "features",
    responses(
        (status = 200, description = "The definitions, by name.", body = Vec<Definition>),
        (status = 401, description = "No valid token.", body = GitlabError),
        (status = 403, description = "Not an administrator, or the token lacks the scope.", body = GitlabError),
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
/// For everyone, or for the users, groups, projects and the feature group that are named: for all of them or,
/// on an error, for none. The body is JSON or a form (`application/x-www-form-urlencoded`,
/// `multipart/form-data`), in which `user[]` is a list; query parameters are read as well. An unknown
/// parameter is refused, and so is an empty target or environment: it might have been meant as a restriction.
/// In JSON an empty target is treated as omitted. A flag without a definition can be set. `warnings` in the
/// response list possibly unexpected effects. As in GitLab. Needs an administrator and the scope
/// `write_settings`.
#[utoipa::path(
    post,
    path = "/api/v4/features/{name}",
    operation_id = "set_feature",
    tag = "features",
    params(("name" = String, Path, description = "The flag: 1 to 255 letters, digits, '_', '-' and '.'.", example = "duo_developer_orbit")),
    request_body = FeatureChange,
    responses(
        (status = 201, description = "The flag after the change.", body = Feature),
        (status = 400, description = "A parameter is wrong; nothing was changed.", body = GitlabError),
        (status = 401, description = "No valid token.", body = GitlabError),
        (status = 403, description = "Not an administrator, or the token lacks the scope.", body = GitlabError),
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

/// Reset a feature flag to its default
///
/// Removes all gates in the environment of this server or in `environment`; no target can be given.
/// Parameters are in the query or in a body, as for setting a flag. The response is the same when nothing was
/// set. As in GitLab. Needs an administrator and the scope `write_settings`.
#[utoipa::path(
    delete,
    path = "/api/v4/features/{name}",
    operation_id = "delete_feature",
    tag = "features",
    params(("name" = String, Path, description = "The flag.", example = "duo_developer_orbit")),
    responses(
        (status = 204, description = "The flag has its default."),
        (status = 400, description = "A parameter is wrong; nothing was changed.", body = GitlabError),
        (status = 401, description = "No valid token.", body = GitlabError),
        (status = 403, description = "Not an administrator, or the token lacks the scope.", body = GitlabError),
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

fn all_in_json(flags: &[&CachedFlag]) -> Vec<u8> {
    in_json(&flags.iter().copied().map(Feature::from).collect::<Vec<_>>())
}

fn caller(who: Result<Authenticated, Problem>) -> Result<Caller, FeatureRefusal> {
    who.map(|it| it.caller).map_err(FeatureRefusal::of_stranger)
}
