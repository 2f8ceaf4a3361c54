//! Members of groups and projects, as GitLab's API adds, changes and removes them.

use axum::response::Response;
use http::StatusCode;

use super::member_views::{AddedMembers, AddedSeveral, Member, MemberChange, NewMember, Removing};
use crate::{
    domain::{ids::UserId, namespace::NamespaceKind, role::Role},
    server::rest::gitlab::{
        Answer,
        change::{Change, WITHOUT_OWNER},
        documented::{NotChanged, OfGroup, OfProject, OfUser},
        ignored::{Ignored, changed, gone},
        query::invalid,
        refusal::GitlabRefusal,
        what,
    },
    usecases::{
        UseCaseError, What,
        accounts::whom::Whom,
        people::{
            browse_members::browse_changed_member,
            edit_member::{AddMembers, EditMember, add_members, edit_member},
            member_error::MemberError,
            remove_member::remove_member_by_id,
            set_member::MemberNow,
        },
    },
};

/// GitLab's other parameters.
const GITLABS: [&str; 4] = ["member_role_id", "invite_source", "tasks_to_be_done", "tasks_project_id"];

/// How many users may be added at once.
const MOST: usize = 100;

/// Add members to a group
///
/// One user, or several with the same role: all of them or, on an error, none. Whoever is a member already is
/// refused. GitLab's other parameters change nothing and are listed in `ignored`. As in GitLab. Needs the scope
/// `manage_groups` and the role Owner, or an administrator; nobody gives a role above their own.
#[utoipa::path(
    post,
    path = "/api/v4/groups/{id}/members",
    operation_id = "add_group_member",
    tag = "members",
    params(OfGroup),
    request_body = NewMember,
    responses((status = 201, description = "The member, or that several were added.", body = AddedMembers), NotChanged),
)]
pub async fn add_to_group(change: Change) -> Answer<Response> {
    add(&change, NamespaceKind::Group).await
}

/// Change a member of a group
///
/// The role, and the expiry if it is sent. What other sources than the API and the pages gave stays. As in
/// GitLab. Needs the scope `manage_groups` and the role Owner, or an administrator; nobody gives a role above
/// their own. That a top-level group loses its last Owner has to be confirmed with `without_owner`.
#[utoipa::path(
    put,
    path = "/api/v4/groups/{id}/members/{user_id}",
    operation_id = "update_group_member",
    tag = "members",
    params(OfGroup, OfUser),
    request_body = MemberChange,
    responses((status = 200, description = "The member after the change.", body = Member), NotChanged),
)]
pub async fn update_of_group(change: Change) -> Answer<Response> {
    update(&change, NamespaceKind::Group).await
}

/// Remove a member from a group
///
/// Takes back the role that was given by hand, here and not below; with one's own id one leaves. What other
/// sources gave stays. As in GitLab. Needs the scope `manage_groups` and the role Owner, or an administrator;
/// to leave, the scope `read_settings` as well. That a top-level group loses its last Owner has to be confirmed
/// with `without_owner`.
#[utoipa::path(
    delete,
    path = "/api/v4/groups/{id}/members/{user_id}",
    operation_id = "remove_group_member",
    tag = "members",
    params(OfGroup, OfUser, Removing),
    responses((status = 204, description = "The role is taken back."), NotChanged),
)]
pub async fn remove_from_group(change: Change) -> Answer<Response> {
    remove(&change, NamespaceKind::Group).await
}

/// Add members to a project
///
/// One user, or several with the same role: all of them or, on an error, none. Whoever is a member already is
/// refused. GitLab's other parameters change nothing and are listed in `ignored`. As in GitLab. Needs the scope
/// `manage_groups` and the role Owner, or an administrator; nobody gives a role above their own.
#[utoipa::path(
    post,
    path = "/api/v4/projects/{id}/members",
    operation_id = "add_project_member",
    tag = "members",
    params(OfProject),
    request_body = NewMember,
    responses((status = 201, description = "The member, or that several were added.", body = AddedMembers), NotChanged),
)]
pub async fn add_to_project(change: Change) -> Answer<Response> {
    add(&change, NamespaceKind::Project).await
}

/// Change a member of a project
///
/// The role, and the expiry if it is sent. What other sources than the API and the pages gave stays. As in
/// GitLab. Needs the scope `manage_groups` and the role Owner, or an administrator; nobody gives a role above
/// their own. That a top-level group loses its last Owner has to be confirmed with `without_owner`.
#[utoipa::path(
    put,
    path = "/api/v4/projects/{id}/members/{user_id}",
    operation_id = "update_project_member",
    tag = "members",
    params(OfProject, OfUser),
    request_body = MemberChange,
    responses((status = 200, description = "The member after the change.", body = Member), NotChanged),
)]
pub async fn update_of_project(change: Change) -> Answer<Response> {
    update(&change, NamespaceKind::Project).await
}

/// Remove a member from a project
///
/// Takes back the role that was given by hand, here and not below; with one's own id one leaves. What other
/// sources gave stays. As in GitLab. Needs the scope `manage_groups` and the role Owner, or an administrator;
/// to leave, the scope `read_settings` as well. That a top-level group loses its last Owner has to be confirmed
/// with `without_owner`.
#[utoipa::path(
    delete,
    path = "/api/v4/projects/{id}/members/{user_id}",
    operation_id = "remove_project_member",
    tag = "members",
    params(OfProject, OfUser, Removing),
    responses((status = 204, description = "The role is taken back."), NotChanged),
)]
pub async fn remove_from_project(change: Change) -> Answer<Response> {
    remove(&change, NamespaceKind::Project).await
}

async fn add(change: &Change, kind: NamespaceKind) -> Answer<Response> {
    let place = change.asked.named(kind)?;
    let known = ["user_id", "username", "access_level", "expires_at"];
    let mut ignored = change.ignoring(&known, &GITLABS)?;
    let values = &change.values;
    let (ids, names) = (values.ids("user_id")?, values.list("username")?.unwrap_or_default());
    let users: Vec<Whom<'_>> = match (ids.is_empty(), names.is_empty()) {
        (false, true) => ids.into_iter().map(|id| Whom::Id(UserId(id))).collect(),
        (true, false) => names.iter().map(Whom::from).collect(),
        (false, false) => {
            return Err(GitlabRefusal::bad_parameter("user_id, username are mutually exclusive"));
        }
        (true, true) => {
            let message = "user_id, username are missing, exactly one parameter must be provided";
            return Err(GitlabRefusal::bad_parameter(message));
        }
    };
    if users.len() > MOST {
        return Err(GitlabRefusal::bad_parameter(format!("More than {MOST} users are too many at once")));
    }
    let (role, expires_at) = (change.role("access_level")?, change.expiry()?.flatten());
    let new = AddMembers { users: &users, role, expires_at };
    let added = add_members(&change.asked.api.app, &change.asked.caller, &place, &new).await;
    let (place, added) = added.map_err(|it| refused(it, kind, "User"))?;
    let [member] = added.as_slice() else {
        let several = AddedMembers::Several(AddedSeveral { status: "success" });
        return Ok(changed(StatusCode::CREATED, several, &ignored));
    };
    ignored.extend(outranked(member, role));
    let shown = browse_changed_member(&change.asked.api.app, &place, member.user.id).await?;
    let shown = shown.ok_or_else(|| GitlabRefusal::missing("Member"))?;
    let member = AddedMembers::One(Box::new(Member::new(&change.asked.api, shown).with(ignored.clone())));
    Ok(changed(StatusCode::CREATED, member, &ignored))
}

async fn update(change: &Change, kind: NamespaceKind) -> Answer<Response> {
    let place = change.asked.named(kind)?;
    let user = change.asked.user("user_id", "Member")?;
    // Clients that keep a member as an object send all of it.
    let known = ["access_level", "expires_at", "user_id", WITHOUT_OWNER];
    let mut ignored = change.ignoring(&known, &GITLABS)?;
    if change.values.number("user_id")?.is_some_and(|id| id != user.0) {
        return Err(invalid("user_id"));
    }
    let role = change.role("access_level")?;
    let edit = EditMember { role, expires_at: change.expiry()?, confirmed: change.without_owner()? };
    let edited = edit_member(&change.asked.api.app, &change.asked.caller, &place, user, edit).await;
    let (place, member) = edited.map_err(|it| refused(it, kind, "Member"))?;
    ignored.extend(outranked(&member, role));
    let shown = browse_changed_member(&change.asked.api.app, &place, user).await?;
    let shown = shown.ok_or_else(|| GitlabRefusal::missing("Member"))?;
    Ok(changed(StatusCode::OK, Member::new(&change.asked.api, shown).with(ignored.clone()), &ignored))
}

async fn remove(change: &Change, kind: NamespaceKind) -> Answer<Response> {
    let place = change.asked.named(kind)?;
    let user = change.asked.user("user_id", "Member")?;
    let mut ignored = change.ignoring(&["skip_subresources", WITHOUT_OWNER], &["unassign_issuables"])?;
    if change.values.boolean("skip_subresources")? == Some(false) {
        ignored.push(Ignored::new("skip_subresources", "Roles below stay."));
    }
    let (app, confirmed) = (&change.asked.api.app, change.without_owner()?);
    remove_member_by_id(app, &change.asked.caller, &place, user, confirmed)
        .await
        .map_err(|it| refused(it, kind, "Member"))?;
    Ok(gone(&ignored))
}

/// That a higher role counts than the one that was given.
fn outranked(member: &MemberNow, given: Role) -> Option<Ignored> {
    let counts = member.counts.filter(|counts| *counts > given)?;
    let reason = format!(
        "It is saved, and a higher role counts: {counts}, from another source, from above or by an invited group."
    );
    Some(Ignored::new("access_level", &reason))
}

/// `whom` there is none, for the error.
fn refused(error: UseCaseError, kind: NamespaceKind, whom: &str) -> GitlabRefusal {
    if matches!(error, UseCaseError::NotFound(What::User)) {
        return GitlabRefusal::missing(whom);
    }
    match error.own::<MemberError>() {
        // Alone, as GitLab says it.
        Some(MemberError::AlreadyMember { .. }) => {
            let message = serde_json::json!({"message": "Member already exists"});
            GitlabRefusal::Gitlab(StatusCode::CONFLICT, message)
        }
        Some(error @ MemberError::LastOwner { .. }) => {
            GitlabRefusal::conflict(format_args!("{error} Confirm with {WITHOUT_OWNER}=true."))
        }
        _ => GitlabRefusal::of(error, what(kind)),
    }
}
