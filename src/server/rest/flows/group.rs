//! A group with its GitLab Duo settings, as GitLab's API reads and changes it.

use axum::response::Response;
use http::StatusCode;

use super::group_views::{GroupChange, GroupDetail};
use crate::{
    domain::{
        flows::wording::WordingId,
        namespace::NamespaceKind,
        settings::{availability::DuoAvailability, setting::Setting},
    },
    server::rest::{
        gitlab::{
            Answer,
            asked::Asked,
            change::Change,
            documented::{NotChanged, NotShown, OfGroup},
            ignored::{Ignored, changed, explain},
            query::wrong_value,
            refusal::GitlabRefusal,
        },
        input::shortened,
        json::Json,
    },
    usecases::{
        UseCaseError,
        flows::{
            set_duo_settings::{DuoSettingsChange, DuoSettingsError},
            show_duo_settings::show_duo_settings,
        },
        people::edit_group::EditGroup,
        update_group::{GroupUpdated, UpdateGroup, update_group},
    },
};

/// The GitLab Duo settings that are here.
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

/// What is changed of any group.
pub const NAMES: [&str; 3] = ["name", "path", "description"];

/// GitLab's other parameters of a group.
pub const GITLABS: [&str; 58] = [
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

/// Why these of them change nothing.
pub const REASONS: [(&str, &str); 3] = [
    ("ai_settings_attributes", "Set on the page Availability of the group."),
    ("duo_features_enabled", "Set by duo_availability."),
    ("lock_duo_features_enabled", "Set by duo_availability."),
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
    params(OfGroup),
    responses((status = 200, description = "The group.", body = GroupDetail), NotShown),
)]
pub async fn show(asked: Asked) -> Answer<Json<GroupDetail>> {
    let group = asked.named(NamespaceKind::Group)?;
    asked.query(&[], &["with_projects", "statistics"])?;
    let shown = show_duo_settings(&asked.api.app, &asked.caller, &group).await;
    Ok(Json(GroupDetail::new(&asked.api, shown.map_err(|it| GitlabRefusal::of(it, "Group"))?)))
}

/// Change a group
///
/// Name, path, description and GitLab Duo settings: what is sent, all of it or, on an error, nothing; what is
/// left out stays as it is. The body is JSON or a form. Subgroups inherit settings, and may differ where nothing
/// above locks it; which flows are on is set in the top-level group. GitLab's other parameters of a group change
/// nothing: `ignored` in the answer and the header `X-Duo-Console-Ignored` list them, and those that another
/// group sets or locks. Turning `code_review/v1` on needs `create_code_review_flow_consent` with the id of the
/// current wording, which is recorded as consent; turning it off withdraws the consent. As in GitLab. Name, path
/// and description need the scope `manage_groups`, settings `write_settings`, for a consent `give_consent` as
/// well; and the role Owner, or an administrator. A bot cannot give consent.
#[utoipa::path(
    put,
    path = "/api/v4/groups/{id}",
    operation_id = "update_group",
    tag = "groups",
    params(OfGroup),
    request_body = GroupChange,
    responses((status = 200, description = "The group after the change.", body = GroupDetail), NotChanged),
)]
pub async fn update(change: Change) -> Answer<Response> {
    let group = change.asked.named(NamespaceKind::Group)?;
    let mut ignored = change.ignoring(&[&OURS[..], &NAMES].concat(), &GITLABS)?;
    explain(&mut ignored, &REASONS);
    let sends = |names: &[&str]| change.values.names().any(|name| names.contains(&name));
    let update = UpdateGroup {
        edit: if sends(&NAMES) { Some(edit(&change)?) } else { None },
        settings: if sends(&OURS) { Some(settings(&change)?) } else { None },
    };
    let Asked { api, caller, .. } = &change.asked;
    let updated = update_group(&api.app, caller, &group, &update).await.map_err(refused)?;
    ignored.extend(not_here(&updated, &change));
    let detail = GroupDetail::new(api, updated.shown).with(ignored.clone());
    Ok(changed(StatusCode::OK, detail, &ignored))
}

/// What is to change of any group or project.
pub fn edit(change: &Change) -> Answer<EditGroup> {
    Ok(EditGroup {
        name: change.edit("name")?,
        path: change.edit("path")?,
        description: change.edit("description")?,
        ..EditGroup::default()
    })
}

/// What was asked for and is set elsewhere, locked above, or needless.
fn not_here(updated: &GroupUpdated, change: &Change) -> Vec<Ignored> {
    let elsewhere = updated.set_in.iter().flat_map(|group| {
        let flows = change.values.names().filter(|name| [FLOWS, CONSENT, WORDING].contains(name));
        let locked_by = Some(group.path.to_string());
        let reason = "Set in the top-level group, for all below it.";
        flows.map(move |name| Ignored { locked_by: locked_by.clone(), ..Ignored::new(name, reason) })
    });
    let locked = updated.locked.iter().map(|(setting, by)| {
        let reason = match by {
            Some(group) => format!("Locked by {group}."),
            None => String::from("Locked for the whole instance."),
        };
        let locked_by = by.as_ref().map(ToString::to_string);
        Ignored { locked_by, ..Ignored::new(parameter(*setting), &reason) }
    });
    let reason = "Code Review is off: consent is given when it is turned on.";
    let needless = updated.needless_consent.then(|| Ignored::new(CONSENT, reason));
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

fn settings(change: &Change) -> Answer<DuoSettingsChange> {
    let values = &change.values;
    let availability = values
        .text("duo_availability")?
        .map(|key| DuoAvailability::from_key(key).ok_or_else(|| wrong_value("duo_availability")))
        .transpose()?;
    let wording = values.text(WORDING)?.map(|id| WordingId::from_text(id.to_owned()));
    let consents = values.boolean(CONSENT)? == Some(true);
    if wording.is_some() && !consents {
        return Err(GitlabRefusal::bad_parameter(format!("{CONSENT} is missing")));
    }
    Ok(DuoSettingsChange {
        availability,
        flow_execution: values.boolean("duo_remote_flows_availability")?,
        foundational_flows: values.boolean("duo_foundational_flows_availability")?,
        auto_review: values.boolean("auto_duo_code_review_enabled")?,
        experiment_features: values.boolean("experiment_features_enabled")?,
        flows: values.list("enabled_foundational_flows")?,
        consent: consents.then_some(wording),
    })
}

/// How a consent is given, for whoever asked without it.
const HOW: &str = "A consent is given to a wording: read it at GET /api/v1/consents/code_review/wording, show it to whoever decides, and send create_code_review_flow_consent=true with its id as consent_wording. Nothing was changed";

fn refused(error: UseCaseError) -> GitlabRefusal {
    match error.own::<DuoSettingsError>() {
        Some(error @ (DuoSettingsError::UnknownFlow(_) | DuoSettingsError::Obstacle { .. })) => {
            let message = shortened(&error.to_string());
            GitlabRefusal::bad_request(format_args!("enabled_foundational_flows: {message}"))
        }
        Some(error @ DuoSettingsError::ConsentRequired) => {
            GitlabRefusal::bad_request(format_args!("{CONSENT}: {error} {HOW}"))
        }
        Some(error @ DuoSettingsError::ConsentOutdated) => {
            GitlabRefusal::conflict(format_args!("{WORDING}: {error} {HOW}"))
        }
        None => GitlabRefusal::of(error, "Group"),
    }
}
