//! Groups, as GitLab's API creates, moves, archives and deletes them.

use axum::response::Response;
use http::StatusCode;

use super::bodies::{Deleting, GroupTransfer, NewGroup};
use crate::{
    domain::namespace::{Named, Namespace, NamespaceKind, Subscription, Tier},
    server::rest::{
        flows::{
            group::{GITLABS, NAMES, REASONS},
            group_views::GroupDetail,
        },
        gitlab::{
            Answer,
            change::{ACCEPTED, Accepted, Change, NoParameters},
            documented::{NotChanged, OfGroup},
            ignored::{Ignored, changed, explain},
            refusal::GitlabRefusal,
        },
        json::Json,
    },
    usecases::{
        UseCaseError,
        delete_group::delete_group,
        flows::show_duo_settings::show_changed_group,
        move_group::move_named,
        people::{
            archive_group::archive_group,
            create_group::{Below, CreateGroup, create_group},
            group_editor::GroupEditor,
            group_error::GroupError,
        },
    },
};

/// GitLab's settings that a change of the group takes.
const LATER: [&str; 6] = [
    "duo_availability",
    "duo_remote_flows_availability",
    "duo_foundational_flows_availability",
    "auto_duo_code_review_enabled",
    "experiment_features_enabled",
    "enabled_foundational_flows",
];

/// The subscription of a new top-level group.
const BOUGHT: Subscription = Subscription { tier: Tier::Premium, duo_enterprise: false };

/// Create a group
///
/// A top-level group, whose Owner the owner of the token becomes, or with `parent_id` one in another. It is
/// private, and on Premium until an administrator says otherwise. GitLab's other parameters change nothing and
/// are listed in `ignored`. As in GitLab. Needs the scope `manage_groups` and the role Owner of the group above,
/// or an administrator; a top-level group needs an administrator.
#[utoipa::path(
    post,
    path = "/api/v4/groups",
    operation_id = "create_group",
    tag = "groups",
    request_body = NewGroup,
    responses((status = 201, description = "The group.", body = GroupDetail), NotChanged),
)]
pub async fn create(change: Change) -> Answer<Response> {
    let mut ignored =
        change.ignoring(&[&NAMES[..], &["parent_id"]].concat(), &[&GITLABS[..], &LATER].concat())?;
    explain(&mut ignored, &REASONS);
    for it in ignored.iter_mut().filter(|it| LATER.contains(&it.param.as_str())) {
        it.reason = String::from("Set when the group is there: PUT /api/v4/groups/:id.");
    }
    let name = change.required("name")?.to_owned();
    let path = change.required("path")?.to_owned();
    let description = change.values.text("description")?.unwrap_or_default().to_owned();
    let below = if let Some(parent) = change.group("parent_id")? {
        Below::Named { parent, kind: NamespaceKind::Group }
    } else {
        let owner = Some(change.asked.caller.actor.username.clone());
        Below::Nothing { subscription: BOUGHT, owner }
    };
    let new = CreateGroup { below, name, path, description };
    let made = create_group(&change.asked.api.app, &editor(&change), &new).await.map_err(refused)?;
    shown(&change, StatusCode::CREATED, &made, ignored).await
}

/// Delete a group
///
/// With everything in it, at once: there is no time to restore it. Its ledger and audit events stay. The
/// address has the full path, or `full_path` does where the address has the id. As in GitLab. Needs the scope
/// `manage_groups` and the role Owner, or an administrator.
#[utoipa::path(
    delete,
    path = "/api/v4/groups/{id}",
    operation_id = "delete_group",
    tag = "groups",
    params(OfGroup, Deleting),
    responses((status = 202, description = "It is deleted.", body = Accepted), NotChanged),
)]
pub async fn delete(change: Change) -> Answer<(StatusCode, Json<Accepted>)> {
    let (group, typed) = change.deleting(NamespaceKind::Group)?;
    delete_group(&change.asked.api.app, &editor(&change), &group, &typed).await.map_err(refused)?;
    Ok((ACCEPTED.0, Json(ACCEPTED.1)))
}

/// Move a group
///
/// With everything in it, to another group or to the top level. Below another a top-level group has no
/// subscription, flows, consent or seats of its own any more: they end. As in GitLab. Needs the scope
/// `manage_groups` and the role Owner in both groups, or an administrator; to or from the top level an
/// administrator.
#[utoipa::path(
    post,
    path = "/api/v4/groups/{id}/transfer",
    operation_id = "transfer_group",
    tag = "groups",
    params(OfGroup),
    request_body = GroupTransfer,
    responses((status = 201, description = "The group where it is now.", body = GroupDetail), NotChanged),
)]
pub async fn transfer(change: Change) -> Answer<Response> {
    let group = change.asked.named(NamespaceKind::Group)?;
    let ignored = change.ignoring(&["group_id"], &[])?;
    let to = change.group("group_id")?;
    let moved = move_named(&change.asked.api.app, &editor(&change), &group, to.as_ref()).await;
    shown(&change, StatusCode::CREATED, &moved.map_err(refused)?, ignored).await
}

/// Archive a group
///
/// Nothing runs in it or below, and its settings cannot be changed until it is unarchived. Archived again it
/// stays so. As in GitLab. Needs the scope `manage_groups` and the role Owner, or an administrator.
#[utoipa::path(
    post,
    path = "/api/v4/groups/{id}/archive",
    operation_id = "archive_group",
    tag = "groups",
    params(OfGroup),
    request_body = NoParameters,
    responses((status = 201, description = "The group.", body = GroupDetail), NotChanged),
)]
pub async fn archive(change: Change) -> Answer<Response> {
    set_archived(&change, true).await
}

/// Take a group out of the archive
///
/// As in GitLab. Needs the scope `manage_groups` and the role Owner, or an administrator.
#[utoipa::path(
    post,
    path = "/api/v4/groups/{id}/unarchive",
    operation_id = "unarchive_group",
    tag = "groups",
    params(OfGroup),
    request_body = NoParameters,
    responses((status = 201, description = "The group.", body = GroupDetail), NotChanged),
)]
pub async fn unarchive(change: Change) -> Answer<Response> {
    set_archived(&change, false).await
}

async fn set_archived(change: &Change, archived: bool) -> Answer<Response> {
    let group: Named = change.asked.named(NamespaceKind::Group)?;
    let ignored = change.ignoring(&[], &[])?;
    let done = archive_group(&change.asked.api.app, &editor(change), &group, archived).await;
    shown(change, StatusCode::CREATED, &done.map_err(refused)?, ignored).await
}

fn editor(change: &Change) -> GroupEditor {
    GroupEditor::caller(&change.asked.caller)
}

/// The group after a change, with what was ignored.
pub async fn shown(
    change: &Change,
    status: StatusCode,
    group: &Namespace,
    ignored: Vec<Ignored>,
) -> Answer<Response> {
    let shown = show_changed_group(&change.asked.api.app, &change.asked.caller, group).await?;
    let detail = GroupDetail::new(&change.asked.api, shown).with(ignored.clone());
    Ok(changed(status, detail, &ignored))
}

fn refused(error: UseCaseError) -> GitlabRefusal {
    match error.own::<GroupError>() {
        Some(GroupError::NoParent(_)) => GitlabRefusal::missing("Group"),
        _ => GitlabRefusal::of(error, "Group"),
    }
}
