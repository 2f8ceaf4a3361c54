//! Members of groups and projects, as GitLab's API reads them.

use axum::response::Response;

use super::member_views::Member;
use crate::{
    domain::namespace::NamespaceKind,
    server::rest::{
        gitlab::{
            Answer,
            asked::Asked,
            documented::{MemberSelection, NotListed, NotShown, OfGroup, OfProject, OfUser, PageParameters},
            pages::Next,
            query::wrong_value,
            refusal::GitlabRefusal,
            what,
        },
        json::Json,
    },
    usecases::{
        MemberFilter, MemberRelations, UseCaseError, What,
        people::browse_members::{browse_member, browse_members},
    },
};

/// Those who were given a role in the place itself.
const DIRECT: bool = false;
/// Also those from above and from invited groups.
const ALL: bool = true;

async fn list(asked: &Asked, kind: NamespaceKind, inherited: bool) -> Answer<Response> {
    let place = asked.named(kind)?;
    let known = ["query", "user_ids", "skip_users", "state"];
    let query = asked.query(&known, &["show_seat_info", "with_saml_identity", "active"])?;
    let paging = asked.paging(&query)?;
    if paging.keyset {
        return Err(wrong_value("pagination"));
    }
    let none = query.word("state", &[("active", false), ("awaiting", true)])? == Some(true);
    let filter = MemberFilter {
        relations: if inherited { MemberRelations::Every } else { MemberRelations::Direct },
        search: query.text("query")?.unwrap_or_default().to_owned(),
        // No user has the id 0: nobody waits for a membership.
        only: if none { vec![0] } else { query.ids("user_ids")? },
        skip: query.ids("skip_users")?,
        after: 0,
    };
    let page = (paging.per_page + 1, paging.offset());
    let found = browse_members(&asked.api.app, &asked.caller, &place, &filter, page).await;
    let found = found.map_err(|it| GitlabRefusal::of(it, what(kind)))?;
    let mut members: Vec<_> = found.rows.into_iter().map(|it| Member::new(&asked.api, it)).collect();
    let more = paging.cut(&mut members);
    Ok(paging.answer(members, Next::Total(found.total, more)))
}

async fn show(asked: &Asked, kind: NamespaceKind, inherited: bool) -> Answer<Json<Member>> {
    let place = asked.named(kind)?;
    asked.query(&[], &[])?;
    let user = asked.user("user_id", "Member")?;
    match browse_member(&asked.api.app, &asked.caller, &place, user, inherited).await {
        Ok(member) => Ok(Json(Member::new(&asked.api, member))),
        Err(UseCaseError::NotFound(What::User)) => Err(GitlabRefusal::missing("Member")),
        Err(error) => Err(GitlabRefusal::of(error, what(kind))),
    }
}

/// The members of a group
///
/// Those who were given a role in it. Needs the scope `read_settings` and a role from Guest up.
#[utoipa::path(
    get,
    path = "/api/v4/groups/{id}/members",
    operation_id = "list_group_members",
    tag = "members",
    params(OfGroup, MemberSelection, PageParameters),
    responses((status = 200, description = "A page of members, by the id of the user.", body = Vec<Member>), NotListed),
)]
pub async fn of_group(asked: Asked) -> Answer<Response> {
    list(&asked, NamespaceKind::Group, DIRECT).await
}

/// All members of a group
///
/// Each with the highest role: given in it, inherited, or by an invited group. Needs the scope
/// `read_settings` and a role from Guest up.
#[utoipa::path(
    get,
    path = "/api/v4/groups/{id}/members/all",
    operation_id = "list_all_group_members",
    tag = "members",
    params(OfGroup, MemberSelection, PageParameters),
    responses((status = 200, description = "A page of members, by the id of the user.", body = Vec<Member>), NotListed),
)]
pub async fn all_of_group(asked: Asked) -> Answer<Response> {
    list(&asked, NamespaceKind::Group, ALL).await
}

/// A member of a group
///
/// Needs the scope `read_settings` and a role from Guest up.
#[utoipa::path(
    get,
    path = "/api/v4/groups/{id}/members/{user_id}",
    operation_id = "get_group_member",
    tag = "members",
    params(OfGroup, OfUser),
    responses((status = 200, description = "The member.", body = Member), NotShown),
)]
pub async fn one_of_group(asked: Asked) -> Answer<Json<Member>> {
    show(&asked, NamespaceKind::Group, DIRECT).await
}

/// A member of a group, inherited or not
///
/// Needs the scope `read_settings` and a role from Guest up.
#[utoipa::path(
    get,
    path = "/api/v4/groups/{id}/members/all/{user_id}",
    operation_id = "get_any_group_member",
    tag = "members",
    params(OfGroup, OfUser),
    responses((status = 200, description = "The member.", body = Member), NotShown),
)]
pub async fn one_of_all_of_group(asked: Asked) -> Answer<Json<Member>> {
    show(&asked, NamespaceKind::Group, ALL).await
}

/// The members of a project
///
/// Those who were given a role in it. Needs the scope `read_settings` and a role from Guest up.
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/members",
    operation_id = "list_project_members",
    tag = "members",
    params(OfProject, MemberSelection, PageParameters),
    responses((status = 200, description = "A page of members, by the id of the user.", body = Vec<Member>), NotListed),
)]
pub async fn of_project(asked: Asked) -> Answer<Response> {
    list(&asked, NamespaceKind::Project, DIRECT).await
}

/// All members of a project
///
/// Each with the highest role: given in it, inherited, or by an invited group. Needs the scope
/// `read_settings` and a role from Guest up.
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/members/all",
    operation_id = "list_all_project_members",
    tag = "members",
    params(OfProject, MemberSelection, PageParameters),
    responses((status = 200, description = "A page of members, by the id of the user.", body = Vec<Member>), NotListed),
)]
pub async fn all_of_project(asked: Asked) -> Answer<Response> {
    list(&asked, NamespaceKind::Project, ALL).await
}

/// A member of a project
///
/// Needs the scope `read_settings` and a role from Guest up.
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/members/{user_id}",
    operation_id = "get_project_member",
    tag = "members",
    params(OfProject, OfUser),
    responses((status = 200, description = "The member.", body = Member), NotShown),
)]
pub async fn one_of_project(asked: Asked) -> Answer<Json<Member>> {
    show(&asked, NamespaceKind::Project, DIRECT).await
}

/// A member of a project, inherited or not
///
/// Needs the scope `read_settings` and a role from Guest up.
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/members/all/{user_id}",
    operation_id = "get_any_project_member",
    tag = "members",
    params(OfProject, OfUser),
    responses((status = 200, description = "The member.", body = Member), NotShown),
)]
pub async fn one_of_all_of_project(asked: Asked) -> Answer<Json<Member>> {
    show(&asked, NamespaceKind::Project, ALL).await
}
