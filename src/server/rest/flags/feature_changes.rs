//! The history of feature flags, restoring from it, and scheduled changes.

use axum::extract::State;
use http::StatusCode;

use super::feature_change_views::{
    FlagHistory, FlagRestoration, NewScheduledFlagChange, RestoredFlag, ScheduledFlagChange, environment_of,
};
use crate::{
    domain::{audit::AuditCursor, ids::ScheduledChangeId},
    server::rest::{
        authentication::Authenticated,
        input::{JsonBody, NoBody, PathParameters, QueryParameters},
        json::Json,
        problem::Problem,
        problem_document::Code,
    },
    usecases::{
        App, Caller, FlagEditor, FlagReader, UseCaseError, What,
        flags::{
            cancel_scheduled_change::cancel_scheduled_change, flag_history::flag_history,
            list_scheduled_changes::list_scheduled_changes, restore_feature::restore_feature,
            schedule_change::schedule_change,
        },
    },
};

/// The history of a feature flag
///
/// Every change, newest first: who made it, when, in which environment, and why. Needs an administrator and
/// the scope `read_settings`.
#[utoipa::path(
    get,
    path = "/api/v1/feature_flags/{name}/history",
    operation_id = "list_flag_history",
    tag = "feature flags",
    params(
        ("name" = String, Path, description = "The flag.", example = "duo_developer_orbit"),
        ("environment" = Option<String>, Query, description = "Only in this environment.", example = "production"),
        ("before" = Option<String>, Query, description = "`older` of the previous page.", example = "1780315200000-42"),
    ),
    responses(
        (status = 200, description = "A page of changes.", body = FlagHistory),
        (status = 403, description = "This needs an administrator, or the token's scopes do not allow it."),
        (status = 404, description = "There is no such flag."),
        (status = 422, description = "`invalid`: there is no such environment."),
    ),
)]
pub async fn history(
    State(app): State<App>,
    Authenticated { caller, .. }: Authenticated,
    path: PathParameters,
    query: QueryParameters,
) -> Result<Json<FlagHistory>, Problem> {
    let reader = FlagReader::administrator(&caller)?;
    let [environment, before] = query.at_most(["environment", "before"])?;
    let environment = environment.as_deref().map(environment_of).transpose()?;
    let before = before.as_deref().map(cursor).transpose()?;
    let page = flag_history(&app, &reader, path.get("name"), environment, before).await?;
    Ok(Json(page.into()))
}

/// Restore a feature flag from its history
///
/// Sets all gates of one entry of its history in one step, with the checks of every change. A deleted actor
/// remains as an id. Needs an administrator and the scope `write_settings`.
#[utoipa::path(
    post,
    path = "/api/v1/feature_flags/{name}/restore",
    operation_id = "restore_flag",
    tag = "feature flags",
    params(("name" = String, Path, description = "The flag.", example = "duo_developer_orbit")),
    request_body = FlagRestoration,
    responses(
        (status = 200, description = "The flag after the change.", body = RestoredFlag),
        (status = 403, description = "This needs an administrator, or the token's scopes do not allow it."),
        (status = 404, description = "There is no such change of this flag."),
        (status = 422, description = "`invalid`: a field is wrong, a check refuses the change, or this release cannot read that state."),
    ),
)]
pub async fn restore(
    State(app): State<App>,
    Authenticated { caller, .. }: Authenticated,
    path: PathParameters,
    query: QueryParameters,
    JsonBody(body): JsonBody<FlagRestoration>,
) -> Result<Json<RestoredFlag>, Problem> {
    let [] = query.exactly([])?;
    let editor = editor(&caller)?;
    let command = body.command(path.get("name"))?;
    Ok(Json(restore_feature(&app, &editor, &command).await?.into()))
}

/// The scheduled changes of a feature flag
///
/// First the pending ones, earliest first; then the last 50 that were made, failed or were cancelled, latest
/// first. Needs an administrator and the scope `read_settings`.
#[utoipa::path(
    get,
    path = "/api/v1/feature_flags/{name}/scheduled_changes",
    operation_id = "list_scheduled_changes",
    tag = "feature flags",
    params(("name" = String, Path, description = "The flag.", example = "duo_developer_orbit")),
    responses(
        (status = 200, description = "The changes.", body = Vec<ScheduledFlagChange>),
        (status = 403, description = "This needs an administrator, or the token's scopes do not allow it."),
    ),
)]
pub async fn list(
    State(app): State<App>,
    Authenticated { caller, .. }: Authenticated,
    path: PathParameters,
    query: QueryParameters,
) -> Result<Json<Vec<ScheduledFlagChange>>, Problem> {
    let [] = query.exactly([])?;
    let reader = FlagReader::administrator(&caller)?;
    let changes = list_scheduled_changes(&app, &reader, Some(path.get("name"))).await?;
    Ok(Json(changes.into_iter().map(ScheduledFlagChange::from).collect()))
}

/// Schedule a change of a feature flag
///
/// It is made once, by one of the servers, also if none was running when it was due. It is checked when it is
/// made: a change freeze, or production before staging, makes it fail, and so does its scheduler no longer
/// being an administrator. A failed change is kept and not retried. Needs an administrator and the scope
/// `write_settings`.
#[utoipa::path(
    post,
    path = "/api/v1/feature_flags/{name}/scheduled_changes",
    operation_id = "schedule_flag_change",
    tag = "feature flags",
    params(("name" = String, Path, description = "The flag.", example = "duo_developer_orbit")),
    request_body = NewScheduledFlagChange,
    responses(
        (status = 201, description = "The scheduled change.", body = ScheduledFlagChange),
        (status = 403, description = "This needs an administrator, or the token's scopes do not allow it."),
        (status = 404, description = "There is no such flag."),
        (status = 422, description = "`invalid`: a field is wrong; nothing was scheduled."),
    ),
)]
pub async fn add(
    State(app): State<App>,
    Authenticated { caller, .. }: Authenticated,
    path: PathParameters,
    query: QueryParameters,
    JsonBody(body): JsonBody<NewScheduledFlagChange>,
) -> Result<(StatusCode, Json<ScheduledFlagChange>), Problem> {
    let [] = query.exactly([])?;
    let editor = editor(&caller)?;
    let command = body.command(path.get("name"))?;
    let scheduled = schedule_change(&app, &editor, &command).await?;
    Ok((StatusCode::CREATED, Json(scheduled.into())))
}

/// Cancel a scheduled change
///
/// Needs an administrator and the scope `write_settings`.
#[utoipa::path(
    delete,
    path = "/api/v1/feature_flags/{name}/scheduled_changes/{id}",
    operation_id = "cancel_scheduled_change",
    tag = "feature flags",
    params(
        ("name" = String, Path, description = "The flag.", example = "duo_developer_orbit"),
        ("id" = i64, Path, description = "The change.", example = 1),
    ),
    responses(
        (status = 200, description = "The cancelled change.", body = ScheduledFlagChange),
        (status = 403, description = "This needs an administrator, or the token's scopes do not allow it."),
        (status = 404, description = "There is no such change of this flag."),
        (status = 409, description = "`conflict`: it is no longer pending."),
    ),
)]
pub async fn cancel(
    State(app): State<App>,
    Authenticated { caller, .. }: Authenticated,
    path: PathParameters,
    query: QueryParameters,
    _: NoBody,
) -> Result<Json<ScheduledFlagChange>, Problem> {
    let [] = query.exactly([])?;
    let editor = editor(&caller)?;
    let id = path.get("id").parse().map(ScheduledChangeId);
    let id = id.map_err(|_| UseCaseError::NotFound(What::ScheduledChange))?;
    let cancelled = cancel_scheduled_change(&app, &editor, Some(path.get("name")), id).await;
    Ok(Json(cancelled?.into()))
}

fn editor(caller: &Caller) -> Result<FlagEditor, Problem> {
    Ok(FlagEditor::administrator(caller)?)
}

fn cursor(text: &str) -> Result<AuditCursor, Problem> {
    AuditCursor::parse(text)
        .ok_or_else(|| Problem::new(Code::BadQuery, "This is not the `older` of a page.").at("before"))
}
