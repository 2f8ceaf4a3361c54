//! Projects, as GitLab's API creates, edits, moves, archives and deletes them.

use axum::response::Response;
use http::StatusCode;

use super::bodies::{Deleting, NewProject, ProjectChange, ProjectTransfer};
use crate::{
    domain::namespace::{IdOrPath, Named, Namespace, NamespaceKind},
    server::rest::{
        flows::group::{NAMES, edit},
        gitlab::{
            Answer,
            change::{ACCEPTED, Accepted, Change, NoParameters, missing},
            documented::{NotChanged, OfProject},
            ignored::{Ignored, changed, explain},
            refusal::GitlabRefusal,
        },
        json::Json,
        people::project_views::Project,
    },
    usecases::{
        UseCaseError,
        delete_group::delete_group,
        move_group::move_named,
        people::{
            archive_group::archive_group,
            browse_namespaces::browse_changed,
            create_group::{Below, CreateGroup, create_group},
            edit_group::edit_group,
            group_editor::GroupEditor,
            group_error::GroupError,
        },
    },
};

/// GitLab's other parameters of a project.
const GITLABS: [&str; 80] = [
    "allow_merge_on_skipped_pipeline",
    "allow_pipeline_trigger_approve_deployment",
    "analytics_access_level",
    "approvals_before_merge",
    "auto_cancel_pending_pipelines",
    "auto_devops_deploy_strategy",
    "auto_devops_enabled",
    "auto_duo_code_review_enabled",
    "autoclose_referenced_issues",
    "avatar",
    "build_git_strategy",
    "build_timeout",
    "builds_access_level",
    "ci_config_path",
    "ci_default_git_depth",
    "ci_delete_pipelines_in_seconds",
    "ci_forward_deployment_enabled",
    "ci_push_repository_for_job_token_allowed",
    "ci_separated_caches",
    "container_expiration_policy_attributes",
    "container_registry_access_level",
    "container_registry_enabled",
    "default_branch",
    "duo_features_enabled",
    "duo_foundational_flows_enabled",
    "duo_remote_flows_enabled",
    "emails_disabled",
    "emails_enabled",
    "enforce_auth_checks_on_uploads",
    "environments_access_level",
    "external_authorization_classification_label",
    "feature_flags_access_level",
    "forking_access_level",
    "group_runners_enabled",
    "group_with_project_templates_id",
    "import_url",
    "infrastructure_access_level",
    "initialize_with_readme",
    "issue_branch_template",
    "issues_access_level",
    "issues_enabled",
    "issues_template",
    "jobs_enabled",
    "keep_latest_artifact",
    "lfs_enabled",
    "lock_duo_features_enabled",
    "max_artifacts_size",
    "merge_commit_template",
    "merge_method",
    "merge_pipelines_enabled",
    "merge_requests_access_level",
    "merge_requests_enabled",
    "merge_requests_template",
    "merge_trains_enabled",
    "mirror",
    "monitor_access_level",
    "only_allow_merge_if_all_discussions_are_resolved",
    "only_allow_merge_if_pipeline_succeeds",
    "packages_enabled",
    "pages_access_level",
    "prevent_merge_without_jira_issue",
    "printing_merge_request_link_enabled",
    "public_builds",
    "releases_access_level",
    "remove_source_branch_after_merge",
    "repository_access_level",
    "request_access_enabled",
    "requirements_access_level",
    "resolve_outdated_diff_discussions",
    "security_and_compliance_access_level",
    "service_desk_enabled",
    "shared_runners_enabled",
    "snippets_access_level",
    "snippets_enabled",
    "squash_option",
    "suggestion_commit_message",
    "tag_list",
    "template_name",
    "topics",
    "visibility",
];

/// Why these of them change nothing.
const REASONS: [(&str, &str); 5] = [
    ("auto_duo_code_review_enabled", AVAILABILITY),
    ("duo_features_enabled", AVAILABILITY),
    ("duo_foundational_flows_enabled", AVAILABILITY),
    ("duo_remote_flows_enabled", AVAILABILITY),
    ("lock_duo_features_enabled", AVAILABILITY),
];
const AVAILABILITY: &str = "Set on the page Availability of the project.";

/// Create a project
///
/// In the group with the id `namespace_id`. It is private. GitLab's other parameters change nothing and are
/// listed in `ignored`. As in GitLab. Needs the scope `manage_groups` and the role Owner of the group, or an
/// administrator.
#[utoipa::path(
    post,
    path = "/api/v4/projects",
    operation_id = "create_project",
    tag = "groups",
    request_body = NewProject,
    responses((status = 201, description = "The project.", body = Project), NotChanged),
)]
pub async fn create(change: Change) -> Answer<Response> {
    let mut ignored = change.ignoring(&[&NAMES[..], &["namespace_id"]].concat(), &GITLABS)?;
    explain(&mut ignored, &REASONS);
    let (name, path) = (change.values.text("name")?, change.values.text("path")?);
    let Some(called) = name.or(path) else {
        let message = "name, path are missing, at least one parameter must be provided";
        return Err(GitlabRefusal::bad_parameter(message));
    };
    let parent = change.group("namespace_id")?.ok_or_else(|| missing("namespace_id"))?;
    let new = CreateGroup {
        below: Below::Named { parent, kind: NamespaceKind::Project },
        name: called.to_owned(),
        path: path.unwrap_or_default().to_owned(),
        description: change.values.text("description")?.unwrap_or_default().to_owned(),
    };
    let made = create_group(&change.asked.api.app, &editor(&change), &new).await;
    let made = made.map_err(|it| GitlabRefusal::of(it, "Namespace"))?;
    shown(&change, StatusCode::CREATED, &made, ignored).await
}

/// Change a project
///
/// Name, path and description: what is sent, all of it or, on an error, nothing; what is left out stays as it
/// is. GitLab's other parameters change nothing and are listed in `ignored`. As in GitLab. Needs the scope
/// `manage_groups` and the role Owner, or an administrator.
#[utoipa::path(
    put,
    path = "/api/v4/projects/{id}",
    operation_id = "update_project",
    tag = "groups",
    params(OfProject),
    request_body = ProjectChange,
    responses((status = 200, description = "The project after the change.", body = Project), NotChanged),
)]
pub async fn update(change: Change) -> Answer<Response> {
    let project = change.asked.named(NamespaceKind::Project)?;
    let mut ignored = change.ignoring(&NAMES, &GITLABS)?;
    explain(&mut ignored, &REASONS);
    let edited = edit_group(&change.asked.api.app, &editor(&change), &project, &edit(&change)?).await;
    shown(&change, StatusCode::OK, &edited.map_err(refused)?, ignored).await
}

/// Delete a project
///
/// At once: there is no time to restore it. Its audit events stay. The address has the full path, or
/// `full_path` does where the address has the id. As in GitLab. Needs the scope `manage_groups` and the role
/// Owner, or an administrator.
#[utoipa::path(
    delete,
    path = "/api/v4/projects/{id}",
    operation_id = "delete_project",
    tag = "groups",
    params(OfProject, Deleting),
    responses((status = 202, description = "It is deleted.", body = Accepted), NotChanged),
)]
pub async fn delete(change: Change) -> Answer<(StatusCode, Json<Accepted>)> {
    let (project, typed) = change.deleting(NamespaceKind::Project)?;
    delete_group(&change.asked.api.app, &editor(&change), &project, &typed).await.map_err(refused)?;
    Ok((ACCEPTED.0, Json(ACCEPTED.1)))
}

/// Move a project
///
/// To another group, named by id or full path. As in GitLab. Needs the scope `manage_groups` and the role Owner
/// in both groups, or an administrator.
#[utoipa::path(
    put,
    path = "/api/v4/projects/{id}/transfer",
    operation_id = "transfer_project",
    tag = "groups",
    params(OfProject),
    request_body = ProjectTransfer,
    responses((status = 200, description = "The project where it is now.", body = Project), NotChanged),
)]
pub async fn transfer(change: Change) -> Answer<Response> {
    let project = change.asked.named(NamespaceKind::Project)?;
    let ignored = change.ignoring(&["namespace"], &[])?;
    let by = IdOrPath::parse(change.required("namespace")?);
    let by = by.ok_or_else(|| GitlabRefusal::missing("Namespace"))?;
    let to = Named { by, kind: Some(NamespaceKind::Group) };
    let moved = move_named(&change.asked.api.app, &editor(&change), &project, Some(&to)).await;
    shown(&change, StatusCode::OK, &moved.map_err(refused)?, ignored).await
}

/// Archive a project
///
/// Nothing runs in it, and it cannot be changed until it is unarchived. Archived again it stays so. As in
/// GitLab. Needs the scope `manage_groups` and the role Owner, or an administrator.
#[utoipa::path(
    post,
    path = "/api/v4/projects/{id}/archive",
    operation_id = "archive_project",
    tag = "groups",
    params(OfProject),
    request_body = NoParameters,
    responses((status = 201, description = "The project.", body = Project), NotChanged),
)]
pub async fn archive(change: Change) -> Answer<Response> {
    set_archived(&change, true).await
}

/// Take a project out of the archive
///
/// As in GitLab. Needs the scope `manage_groups` and the role Owner, or an administrator.
#[utoipa::path(
    post,
    path = "/api/v4/projects/{id}/unarchive",
    operation_id = "unarchive_project",
    tag = "groups",
    params(OfProject),
    request_body = NoParameters,
    responses((status = 201, description = "The project.", body = Project), NotChanged),
)]
pub async fn unarchive(change: Change) -> Answer<Response> {
    set_archived(&change, false).await
}

async fn set_archived(change: &Change, archived: bool) -> Answer<Response> {
    let project = change.asked.named(NamespaceKind::Project)?;
    let ignored = change.ignoring(&[], &[])?;
    let done = archive_group(&change.asked.api.app, &editor(change), &project, archived).await;
    shown(change, StatusCode::CREATED, &done.map_err(refused)?, ignored).await
}

fn editor(change: &Change) -> GroupEditor {
    GroupEditor::caller(&change.asked.caller)
}

/// The project after a change, with what was ignored.
async fn shown(
    change: &Change,
    status: StatusCode,
    project: &Namespace,
    ignored: Vec<Ignored>,
) -> Answer<Response> {
    let found = browse_changed(&change.asked.api.app, &change.asked.caller, project).await?;
    let project = Project::new(&change.asked.api, found).with(ignored.clone());
    Ok(changed(status, project, &ignored))
}

fn refused(error: UseCaseError) -> GitlabRefusal {
    match error.own::<GroupError>() {
        Some(GroupError::NoParent(_)) => GitlabRefusal::missing("Namespace"),
        _ => GitlabRefusal::of(error, "Project"),
    }
}
