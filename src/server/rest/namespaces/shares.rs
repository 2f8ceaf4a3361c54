//! Groups that are invited to groups and projects, as GitLab's API shares them.

use axum::response::Response;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    bodies::{Confirmed, OfInvited, Share},
    groups,
};
use crate::{
    domain::{namespace::NamespaceKind, time::Timestamp},
    server::rest::{
        flows::group_views::GroupDetail,
        gitlab::{
            Answer,
            change::{Change, WITHOUT_OWNER, missing},
            day,
            documented::{NotChanged, OfGroup, OfProject},
            ignored::{Ignored, changed, gone},
            refusal::GitlabRefusal,
            what,
        },
    },
    usecases::{
        UseCaseError,
        people::{
            invite_group::{InviteGroup, Invited, invite_named, uninvite_group},
            member_editor::{MemberEditor, Seen},
            member_error::MemberError,
        },
    },
};

/// A group that is invited to a project.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProjectShare {
    project_id: i64,
    group_id: i64,
    group_access: i64,
    #[schema(required, format = Date)]
    expires_at: Option<String>,
    /// What changed nothing, and why.
    ignored: Vec<Ignored>,
}

/// Invite a group to a group
///
/// Its members get their role in it, at most `group_access`. GitLab's `member_role_id` changes nothing. As in
/// GitLab. Needs the scopes `manage_groups` and `read_settings`, the role Owner or an administrator, and a role
/// in the invited group.
#[utoipa::path(
    post,
    path = "/api/v4/groups/{id}/share",
    operation_id = "share_group",
    tag = "groups",
    params(OfGroup),
    request_body = Share,
    responses((status = 201, description = "The group to which it is invited.", body = GroupDetail), NotChanged),
)]
pub async fn of_group(change: Change) -> Answer<Response> {
    let (invited, _, ignored) = invite(&change, NamespaceKind::Group).await?;
    groups::shown(&change, StatusCode::CREATED, &invited.place, ignored).await
}

/// Take back the invitation of a group to a group
///
/// As in GitLab. Needs the scope `manage_groups` and the role Owner, or an administrator.
#[utoipa::path(
    delete,
    path = "/api/v4/groups/{id}/share/{group_id}",
    operation_id = "unshare_group",
    tag = "groups",
    params(OfGroup, OfInvited, Confirmed),
    responses((status = 204, description = "It is no longer invited."), NotChanged),
)]
pub async fn end_of_group(change: Change) -> Answer<Response> {
    uninvite(&change, NamespaceKind::Group).await
}

/// Invite a group to a project
///
/// Its members get their role in it, at most `group_access`. GitLab's `member_role_id` changes nothing. As in
/// GitLab. Needs the scopes `manage_groups` and `read_settings`, the role Owner or an administrator, and a role
/// in the invited group.
#[utoipa::path(
    post,
    path = "/api/v4/projects/{id}/share",
    operation_id = "share_project",
    tag = "groups",
    params(OfProject),
    request_body = Share,
    responses((status = 201, description = "The invitation.", body = ProjectShare), NotChanged),
)]
pub async fn of_project(change: Change) -> Answer<Response> {
    let (invited, expires_at, ignored) = invite(&change, NamespaceKind::Project).await?;
    let share = ProjectShare {
        project_id: invited.place.id.0,
        group_id: invited.group.id.0,
        group_access: change.role("group_access")?.access_level(),
        expires_at: day(expires_at),
        ignored: ignored.clone(),
    };
    Ok(changed(StatusCode::CREATED, share, &ignored))
}

/// Take back the invitation of a group to a project
///
/// As in GitLab. Needs the scope `manage_groups` and the role Owner, or an administrator.
#[utoipa::path(
    delete,
    path = "/api/v4/projects/{id}/share/{group_id}",
    operation_id = "unshare_project",
    tag = "groups",
    params(OfProject, OfInvited, Confirmed),
    responses((status = 204, description = "It is no longer invited."), NotChanged),
)]
pub async fn end_of_project(change: Change) -> Answer<Response> {
    uninvite(&change, NamespaceKind::Project).await
}

async fn invite(change: &Change, kind: NamespaceKind) -> Answer<(Invited, Option<Timestamp>, Vec<Ignored>)> {
    let place = change.asked.named(kind)?;
    let known = ["group_id", "group_access", "expires_at"];
    let ignored = change.ignoring(&known, &["member_role_id"])?;
    let group = change.group("group_id")?.ok_or_else(|| missing("group_id"))?;
    let expires_at = change.expiry()?.flatten();
    let command = InviteGroup {
        namespace: &place,
        group: &group,
        role: change.role("group_access")?,
        expires_at,
        seen: Seen::Nothing,
        confirmed: false,
    };
    let editor = MemberEditor::Caller(&change.asked.caller);
    let invited = invite_named(&change.asked.api.app, editor, &command).await;
    let invited = invited.map_err(|it| refused(it, kind))?;
    if !invited.changed {
        return Err(GitlabRefusal::conflict(format_args!("{} is invited already.", invited.group.path)));
    }
    Ok((invited, expires_at, ignored))
}

async fn uninvite(change: &Change, kind: NamespaceKind) -> Answer<Response> {
    let ignored = change.ignoring(&[WITHOUT_OWNER], &[])?;
    let (place, group) = (change.asked.named(kind)?, change.asked.other_group("group_id")?);
    let (app, editor) = (&change.asked.api.app, MemberEditor::Caller(&change.asked.caller));
    uninvite_group(app, editor, &place, &group, change.without_owner()?)
        .await
        .map_err(|it| refused(it, kind))?;
    Ok(gone(&ignored))
}

fn refused(error: UseCaseError, kind: NamespaceKind) -> GitlabRefusal {
    match &error {
        // There is none that the caller can see.
        UseCaseError::Invalid { field: "group", .. } => return GitlabRefusal::missing("Group"),
        UseCaseError::Invalid { field: "role", message } => {
            return GitlabRefusal::bad_request(format_args!("group_access: {message}"));
        }
        _ => {}
    }
    match error.own::<MemberError>() {
        Some(MemberError::NotInvited { .. }) => GitlabRefusal::missing("Group Link"),
        _ => GitlabRefusal::of(error, what(kind)),
    }
}
