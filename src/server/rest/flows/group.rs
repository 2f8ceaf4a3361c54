//! A group with its GitLab Duo settings, as GitLab's API reads and changes it.

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, Uri};
use serde_json::json;
use std::sync::Arc;

use super::group_views::{GroupChange, GroupDetail, Ignored};
use crate::{
    domain::{
        flows::wording::WordingId,
        settings::{availability::DuoAvailability, setting::Setting},
    },
    server::rest::{
        authentication::Authenticated,
        gitlab::{
            Answer, caller, id_or_path,
            parameters::Parameters,
            query::{Query, invalid, wrong_value},
            refusal::{GitlabError, GitlabRefusal},
        },
        input::{PathParameters, shortened},
        json::Json,
        problem::Problem,
        state::Api,
    },
    usecases::{
        UseCaseError,
        flows::{
            set_duo_settings::{DuoSettingsChange, DuoSettingsError, DuoSettingsSet, set_duo_settings},
            show_duo_settings::show_duo_settings,
        },
    },
};

/// The parameters that change something here.
const OURS: [&str; 8] = [
    "duo_availability",
    "duo_remote_flows_availability",
    "duo_foundational_flows_availability",
    "auto_duo_code_review_enabled",
    "experiment_features_enabled",
    FLOWS,
    CONSENT,
    WORDING,
];
const FLOWS: &str = "enabled_foundational_flows";
const CONSENT: &str = "create_code_review_flow_consent";
/// Our own, besides GitLab's.
const WORDING: &str = "consent_wording";

/// Parameters of GitLab's that name what is here, but are not changed this way.
const ELSEWHERE: [&str; 3] = ["name", "path", "description"];

/// GitLab's other parameters of a group.
const GITLABS: [&str; 58] = [
    "ai_settings_attributes",
    "allow_personal_snippets",
    "allowed_email_domains_list",
    "auto_ban_user_on_excessive_projects_download",
    "auto_devops_enabled",
    "avatar",
    "default_branch",
    "default_branch_protection",
    "default_branch_protection_defaults",
    "duo_core_features_enabled",
    "duo_custom_agents_availability",
    "duo_custom_flows_availability",
    "duo_external_agents_availability",
    "duo_features_enabled",
    "duo_namespace_access_rules",
    "duo_template_project_id",
    "emails_disabled",
    "emails_enabled",
    "enabled_git_access_protocol",
    "extra_shared_runners_minutes_limit",
    "file_template_project_id",
    "foundational_agents_statuses",
    "ip_restriction_ranges",
    "lfs_enabled",
    "lock_duo_features_enabled",
    "lock_math_rendering_limits_enabled",
    "lock_model_prompt_cache_enabled",
    "math_rendering_limits_enabled",
    "max_artifacts_size",
    "membership_lock",
    "mentions_disabled",
    "model_prompt_cache_enabled",
    "new_user_signups_cap",
    "only_allow_merge_if_all_discussions_are_resolved",
    "only_allow_merge_if_pipeline_succeeds",
    "allow_merge_on_skipped_pipeline",
    "prevent_forking_outside_group",
    "prevent_sharing_groups_outside_hierarchy",
    "project_creation_level",
    "remove_dormant_members",
    "remove_dormant_members_period",
    "request_access_enabled",
    "require_two_factor_authentication",
    "resource_access_token_notify_inherited",
    "service_access_tokens_expiration_enforced",
    "share_with_group_lock",
    "shared_runners_minutes_limit",
    "shared_runners_setting",
    "show_diff_preview_in_email",
    "step_up_auth_required_oauth_provider",
    "subgroup_creation_level",
    "tool_approval_for_session_availability",
    "two_factor_grace_period",
    "unique_project_download_limit",
    "unique_project_download_limit_alertlist",
    "unique_project_download_limit_interval_in_seconds",
    "visibility",
    "wiki_access_level",
];

/// A group
///
/// By id or full path. Maintainers and Owners also see its GitLab Duo settings. Needs the scope
/// `read_settings` and a role in it, or an administrator.
#[utoipa::path(
    get,
    path = "/api/v4/groups/{id}",
    operation_id = "get_group",
    tag = "groups",
    params(("id" = String, Path, description = "The id, or the full path with %2F for '/'.", example = "acme")),
    responses(
        (status = 200, description = "The group.", body = GroupDetail),
        (status = 400, description = "A parameter is wrong.", body = GitlabError),
        (status = 401, description = "No valid token.", body = GitlabError),
        (status = 403, description = "The token lacks the scope.", body = GitlabError),
        (status = 404, description = "There is no such group, or you may not see it.", body = GitlabError),
    ),
)]
pub async fn show(
    State(api): State<Arc<Api>>,
    who: Result<Authenticated, Problem>,
    path: PathParameters,
    uri: Uri,
) -> Answer<Json<GroupDetail>> {
    let caller = caller(who)?;
    let which = id_or_path(&path, "Group")?;
    Query::of(&uri, &[], &["with_projects", "statistics"])?;
    let shown = show_duo_settings(&api.app, &caller, &which).await;
    Ok(Json(GroupDetail::new(&api, shown.map_err(|it| GitlabRefusal::of(it, "Group"))?)))
}

/// Change the GitLab Duo settings of a group
///
/// Each setting that is sent, all of them or, on an error, none; what is left out stays as it is. The body is
/// JSON or a form. Subgroups inherit, and may differ where nothing above locks it; which flows are on is set in
/// the top-level group. GitLab's other parameters of a group change nothing: `ignored` in the answer and the
/// header `X-Duo-Console-Ignored` list them, and those that another group sets or locks. Turning `code_review/v1` on needs `create_code_review_flow_consent` with the id of the current
/// wording, which is recorded as consent; turning it off withdraws the consent. As in GitLab. Needs the scope
/// `write_settings`, for a consent `give_consent` as well, and the role Owner or an administrator. A bot cannot
/// give consent.
#[utoipa::path(
    put,
    path = "/api/v4/groups/{id}",
    operation_id = "update_group",
    tag = "groups",
    params(("id" = String, Path, description = "The id, or the full path with %2F for '/'.", example = "acme")),
    request_body = GroupChange,
    responses(
        (status = 200, description = "The group after the change.", body = GroupDetail),
        (status = 400, description = "A parameter is wrong, or consent is missing; nothing was changed.", body = GitlabError),
        (status = 401, description = "No valid token.", body = GitlabError),
        (status = 403, description = "The role or the token's scopes do not allow it, or a bot was to consent.", body = GitlabError),
        (status = 404, description = "There is no such group, or you may not see it.", body = GitlabError),
        (status = 409, description = "The wording that was confirmed is not the current one.", body = GitlabError),
        (status = 415, description = "The body is neither JSON nor a form, or it is compressed.", body = GitlabError),
    ),
)]
pub async fn update(
    State(api): State<Arc<Api>>,
    who: Result<Authenticated, Problem>,
    path: PathParameters,
    request: Request,
) -> Answer<Response> {
    let caller = caller(who)?;
    let which = id_or_path(&path, "Group")?;
    let parameters = Parameters::of(request).await?;
    let mut ignored = ignored(&parameters)?;
    let change = change(&parameters)?;
    let set = set_duo_settings(&api.app, &caller, &which, &change).await.map_err(refused)?;
    ignored.extend(not_here(&set, &parameters));
    let header = ignored.iter().map(|it| it.param.as_str()).collect::<Vec<_>>().join(", ");
    let mut response = Json(GroupDetail::new(&api, set.shown).with(ignored)).into_response();
    if !header.is_empty()
        && let Ok(header) = HeaderValue::from_str(&header)
    {
        response.headers_mut().insert("x-duo-console-ignored", header);
    }
    Ok(response)
}

/// The parameters that change nothing; an unknown one is refused.
fn ignored(parameters: &Parameters) -> Answer<Vec<Ignored>> {
    let mut ignored = Vec::new();
    for name in parameters.names() {
        // Clients that keep a group as an object send back the lists that they have read, `ignored` among them.
        let reason = if OURS.contains(&name) || matches!(name, "id" | "ignored") {
            continue;
        } else if ELSEWHERE.contains(&name) {
            "Not changed by this API yet: an Owner changes it on the page of the group."
        } else if GITLABS.contains(&name) {
            "Not a setting of Duo Console: change it in GitLab."
        } else {
            let message = format!("{} is unknown. Nothing was changed", shortened(name));
            return Err(GitlabRefusal::bad_parameter(message));
        };
        ignored.push(Ignored { param: name.to_owned(), reason: reason.to_owned(), locked_by: None });
    }
    Ok(ignored)
}

/// What was asked for and is set elsewhere, locked above, or needless.
fn not_here(set: &DuoSettingsSet, parameters: &Parameters) -> Vec<Ignored> {
    let elsewhere = set.set_in.iter().flat_map(|group| {
        let flows = parameters.names().filter(|name| [FLOWS, CONSENT, WORDING].contains(name));
        flows.map(|name| Ignored {
            param: name.to_owned(),
            reason: String::from("Set in the top-level group, for all below it."),
            locked_by: Some(group.path.to_string()),
        })
    });
    let locked = set.locked.iter().map(|(setting, by)| Ignored {
        param: parameter(*setting).to_owned(),
        reason: match by {
            Some(group) => format!("Locked by {group}."),
            None => String::from("Locked for the whole instance."),
        },
        locked_by: by.as_ref().map(ToString::to_string),
    });
    let needless = set.needless_consent.then(|| Ignored {
        param: CONSENT.to_owned(),
        reason: String::from("Code Review is off: consent is given when it is turned on."),
        locked_by: None,
    });
    elsewhere.chain(locked).chain(needless).collect()
}

/// GitLab's parameter for a setting.
const fn parameter(setting: Setting) -> &'static str {
    match setting {
        Setting::DuoAvailability => "duo_availability",
        Setting::AgentPlatform => "ai_settings_attributes",
        Setting::FlowExecution => "duo_remote_flows_availability",
        Setting::FoundationalFlows => "duo_foundational_flows_availability",
        Setting::AutoReview => "auto_duo_code_review_enabled",
        Setting::ExperimentFeatures => "experiment_features_enabled",
    }
}

fn change(parameters: &Parameters) -> Answer<DuoSettingsChange> {
    let text = |name| Ok::<_, GitlabRefusal>(parameters.text(name)?.filter(|it| !it.is_empty()));
    let boolean = |name| match text(name)? {
        None => Ok(None),
        Some("true" | "1" | "True") => Ok(Some(true)),
        Some("false" | "0" | "False") => Ok(Some(false)),
        Some(_) => Err(invalid(name)),
    };
    let availability = text("duo_availability")?
        .map(|key| DuoAvailability::from_key(key).ok_or_else(|| wrong_value("duo_availability")))
        .transpose()?;
    let wording = text(WORDING)?.map(|id| WordingId::from_text(id.to_owned()));
    let consents = boolean(CONSENT)? == Some(true);
    if wording.is_some() && !consents {
        return Err(GitlabRefusal::bad_parameter(format!("{CONSENT} is missing")));
    }
    Ok(DuoSettingsChange {
        availability,
        flow_execution: boolean("duo_remote_flows_availability")?,
        foundational_flows: boolean("duo_foundational_flows_availability")?,
        auto_review: boolean("auto_duo_code_review_enabled")?,
        experiment_features: boolean("experiment_features_enabled")?,
        flows: parameters.list("enabled_foundational_flows")?,
        consent: consents.then_some(wording),
    })
}

/// How a consent is given, for whoever asked without it.
const HOW: &str = "A consent is given to a wording: read it at GET /api/v1/consents/code_review/wording, show it to whoever decides, and send create_code_review_flow_consent=true with its id as consent_wording. Nothing was changed";

fn refused(error: UseCaseError) -> GitlabRefusal {
    let conflict = |message: String| {
        GitlabRefusal::Gitlab(StatusCode::CONFLICT, json!({"message": format!("409 Conflict - {message}")}))
    };
    match error.own::<DuoSettingsError>() {
        Some(error @ (DuoSettingsError::UnknownFlow(_) | DuoSettingsError::Obstacle { .. })) => {
            let message = shortened(&error.to_string());
            GitlabRefusal::bad_request(format_args!("enabled_foundational_flows: {message}"))
        }
        Some(error @ DuoSettingsError::ConsentRequired) => {
            GitlabRefusal::bad_request(format_args!("{CONSENT}: {error} {HOW}"))
        }
        Some(error @ DuoSettingsError::ConsentOutdated) => conflict(format!("{WORDING}: {error} {HOW}")),
        None => GitlabRefusal::of(error, "Group"),
    }
}
