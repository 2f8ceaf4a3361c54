//! Members of groups and projects, as GitLab's API reads them.

use axum::{extract::State, response::Response};
use http::Uri;
use std::sync::Arc;

use super::member_views::Member;
use crate::{
    domain::{ids::UserId, namespace::NamespaceKind},
    server::rest::{
        authentication::Authenticated,
        gitlab::{
            Answer, caller, id_or_path,
            pages::{Next, Paging},
            query::{Query, wrong_value},
            refusal::{GitlabError, GitlabRefusal},
        },
        input::PathParameters,
        json::Json,
        problem::Problem,
        state::Api,
    },
    usecases::{
        MemberFilter, MemberRelations, UseCaseError, What,
        people::browse_members::{Of, browse_member, browse_members},
    },
};

/// Which members of what: of a group or a project, with those from above and from invited groups or without.
struct Place {
    kind: NamespaceKind,
    inherited: bool,
}

const GROUP: Place = Place { kind: NamespaceKind::Group, inherited: false };
const GROUP_ALL: Place = Place { inherited: true, ..GROUP };
const PROJECT: Place = Place { kind: NamespaceKind::Project, inherited: false };
const PROJECT_ALL: Place = Place { inherited: true, ..PROJECT };

impl Place {
    const fn what(&self) -> &'static str {
        match self.kind {
            NamespaceKind::Group => "Group",
            NamespaceKind::Project => "Project",
        }
    }

    fn of(&self, path: &PathParameters) -> Answer<Of> {
        Ok(Of { namespace: id_or_path(path, self.what())?, kind: self.kind })
    }

    async fn list(
        &self,
        api: &Api,
        who: Result<Authenticated, Problem>,
        path: &PathParameters,
        uri: &Uri,
    ) -> Answer<Response> {
        let caller = caller(who)?;
        let of = self.of(path)?;
        let known = ["query", "user_ids", "skip_users", "state"];
        let query = Query::of(uri, &known, &["show_seat_info", "with_saml_identity", "active"])?;
        let paging = Paging::of(api, uri, &query)?;
        if paging.keyset {
            return Err(wrong_value("pagination"));
        }
        let none = query.word("state", &[("active", false), ("awaiting", true)])? == Some(true);
        let filter = MemberFilter {
            relations: if self.inherited { MemberRelations::Every } else { MemberRelations::Direct },
            search: query.text("query")?.unwrap_or_default().to_owned(),
            // No user has the id 0: nobody waits for a membership.
            only: if none { vec![0] } else { query.ids("user_ids")? },
            skip: query.ids("skip_users")?,
            after: 0,
        };
        let page = (paging.per_page + 1, paging.offset());
        let found = browse_members(&api.app, &caller, &of, &filter, page).await;
        let found = found.map_err(|it| GitlabRefusal::of(it, self.what()))?;
        let mut members: Vec<_> = found.rows.into_iter().map(|it| Member::new(api, it)).collect();
        let more = paging.cut(&mut members);
        Ok(paging.answer(members, Next::Total(found.total, more)))
    }

    async fn show(
        &self,
        api: &Api,
        who: Result<Authenticated, Problem>,
        path: &PathParameters,
        uri: &Uri,
    ) -> Answer<Json<Member>> {
        let caller = caller(who)?;
        let of = self.of(path)?;
        Query::of(uri, &[], &[])?;
        let missing = || GitlabRefusal::missing("Member");
        let user = path.get("user_id").parse().map(UserId).map_err(|_| missing())?;
        match browse_member(&api.app, &caller, &of, user, self.inherited).await {
            Ok(member) => Ok(Json(Member::new(api, member))),
            Err(UseCaseError::NotFound(What::User)) => Err(missing()),
            Err(error) => Err(GitlabRefusal::of(error, self.what())),
        }
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
    params(
        ("id" = String, Path, description = "The id, or the full path with %2F for '/'.", example = "acme"),
        ("query" = Option<String>, Query, description = "In the user name or name."),
        ("user_ids" = Option<String>, Query, description = "Only these, as a list or separated by commas."),
        ("skip_users" = Option<String>, Query, description = "Not these."),
        ("page" = Option<u32>, Query, description = "From 1."),
        ("per_page" = Option<u32>, Query, description = "Up to 100."),
    ),
    responses(
        (status = 200, description = "A page of members, by the id of the user.", body = Vec<Member>),
        (status = 400, description = "A parameter is wrong.", body = GitlabError),
        (status = 401, description = "No valid token.", body = GitlabError),
        (status = 403, description = "The role or the token's scopes do not allow it.", body = GitlabError),
        (status = 404, description = "There is none, or you may not see it.", body = GitlabError),
        (status = 405, description = "Beyond the pages that are counted.", body = GitlabError),
    ),
)]
pub async fn of_group(
    State(api): State<Arc<Api>>,
    who: Result<Authenticated, Problem>,
    path: PathParameters,
    uri: Uri,
) -> Answer<Response> {
    GROUP.list(&api, who, &path, &uri).await
}

/// All members of a group
///
/// Each with the highest role: given in it, inherited, or by an invited group. Needs the scope `read_settings` and a role from Guest up.
#[utoipa::path(
    get,
    path = "/api/v4/groups/{id}/members/all",
    operation_id = "list_all_group_members",
    tag = "members",
    params(
        ("id" = String, Path, description = "The id, or the full path with %2F for '/'.", example = "acme"),
        ("query" = Option<String>, Query, description = "In the user name or name."),
        ("user_ids" = Option<String>, Query, description = "Only these, as a list or separated by commas."),
        ("skip_users" = Option<String>, Query, description = "Not these."),
        ("page" = Option<u32>, Query, description = "From 1."),
        ("per_page" = Option<u32>, Query, description = "Up to 100."),
    ),
    responses(
        (status = 200, description = "A page of members, by the id of the user.", body = Vec<Member>),
        (status = 400, description = "A parameter is wrong.", body = GitlabError),
        (status = 401, description = "No valid token.", body = GitlabError),
        (status = 403, description = "The role or the token's scopes do not allow it.", body = GitlabError),
        (status = 404, description = "There is none, or you may not see it.", body = GitlabError),
        (status = 405, description = "Beyond the pages that are counted.", body = GitlabError),
    ),
)]
pub async fn all_of_group(
    State(api): State<Arc<Api>>,
    who: Result<Authenticated, Problem>,
    path: PathParameters,
    uri: Uri,
) -> Answer<Response> {
    GROUP_ALL.list(&api, who, &path, &uri).await
}

/// A member of a group
///
/// Needs the scope `read_settings` and a role from Guest up.
#[utoipa::path(
    get,
    path = "/api/v4/groups/{id}/members/{user_id}",
    operation_id = "get_group_member",
    tag = "members",
    params(
        ("id" = String, Path, description = "The id, or the full path with %2F for '/'.", example = "acme"),
        ("user_id" = i64, Path, description = "The id of the user.", example = 2),
    ),
    responses(
        (status = 200, description = "The member.", body = Member),
        (status = 401, description = "No valid token.", body = GitlabError),
        (status = 403, description = "The role or the token's scopes do not allow it.", body = GitlabError),
        (status = 404, description = "There is none, or you may not see it.", body = GitlabError),
    ),
)]
pub async fn one_of_group(
    State(api): State<Arc<Api>>,
    who: Result<Authenticated, Problem>,
    path: PathParameters,
    uri: Uri,
) -> Answer<Json<Member>> {
    GROUP.show(&api, who, &path, &uri).await
}

/// A member of a group, inherited or not
///
/// Needs the scope `read_settings` and a role from Guest up.
#[utoipa::path(
    get,
    path = "/api/v4/groups/{id}/members/all/{user_id}",
    operation_id = "get_any_group_member",
    tag = "members",
    params(
        ("id" = String, Path, description = "The id, or the full path with %2F for '/'.", example = "acme"),
        ("user_id" = i64, Path, description = "The id of the user.", example = 2),
    ),
    responses(
        (status = 200, description = "The member.", body = Member),
        (status = 401, description = "No valid token.", body = GitlabError),
        (status = 403, description = "The role or the token's scopes do not allow it.", body = GitlabError),
        (status = 404, description = "There is none, or you may not see it.", body = GitlabError),
    ),
)]
pub async fn one_of_all_of_group(
    State(api): State<Arc<Api>>,
    who: Result<Authenticated, Problem>,
    path: PathParameters,
    uri: Uri,
) -> Answer<Json<Member>> {
    GROUP_ALL.show(&api, who, &path, &uri).await
}

/// The members of a project
///
/// Those who were given a role in it. Needs the scope `read_settings` and a role from Guest up.
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/members",
    operation_id = "list_project_members",
    tag = "members",
    params(
        ("id" = String, Path, description = "The id, or the full path with %2F for '/'.", example = "acme%2Fwebsite"),
        ("query" = Option<String>, Query, description = "In the user name or name."),
        ("user_ids" = Option<String>, Query, description = "Only these, as a list or separated by commas."),
        ("skip_users" = Option<String>, Query, description = "Not these."),
        ("page" = Option<u32>, Query, description = "From 1."),
        ("per_page" = Option<u32>, Query, description = "Up to 100."),
    ),
    responses(
        (status = 200, description = "A page of members, by the id of the user.", body = Vec<Member>),
        (status = 400, description = "A parameter is wrong.", body = GitlabError),
        (status = 401, description = "No valid token.", body = GitlabError),
        (status = 403, description = "The role or the token's scopes do not allow it.", body = GitlabError),
        (status = 404, description = "There is none, or you may not see it.", body = GitlabError),
        (status = 405, description = "Beyond the pages that are counted.", body = GitlabError),
    ),
)]
pub async fn of_project(
    State(api): State<Arc<Api>>,
    who: Result<Authenticated, Problem>,
    path: PathParameters,
    uri: Uri,
) -> Answer<Response> {
    PROJECT.list(&api, who, &path, &uri).await
}

/// All members of a project
///
/// Each with the highest role: given in it, inherited, or by an invited group. Needs the scope `read_settings` and a role from Guest up.
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/members/all",
    operation_id = "list_all_project_members",
    tag = "members",
    params(
        ("id" = String, Path, description = "The id, or the full path with %2F for '/'.", example = "acme%2Fwebsite"),
        ("query" = Option<String>, Query, description = "In the user name or name."),
        ("user_ids" = Option<String>, Query, description = "Only these, as a list or separated by commas."),
        ("skip_users" = Option<String>, Query, description = "Not these."),
        ("page" = Option<u32>, Query, description = "From 1."),
        ("per_page" = Option<u32>, Query, description = "Up to 100."),
    ),
    responses(
        (status = 200, description = "A page of members, by the id of the user.", body = Vec<Member>),
        (status = 400, description = "A parameter is wrong.", body = GitlabError),
        (status = 401, description = "No valid token.", body = GitlabError),
        (status = 403, description = "The role or the token's scopes do not allow it.", body = GitlabError),
        (status = 404, description = "There is none, or you may not see it.", body = GitlabError),
        (status = 405, description = "Beyond the pages that are counted.", body = GitlabError),
    ),
)]
pub async fn all_of_project(
    State(api): State<Arc<Api>>,
    who: Result<Authenticated, Problem>,
    path: PathParameters,
    uri: Uri,
) -> Answer<Response> {
    PROJECT_ALL.list(&api, who, &path, &uri).await
}

/// A member of a project
///
/// Needs the scope `read_settings` and a role from Guest up.
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/members/{user_id}",
    operation_id = "get_project_member",
    tag = "members",
    params(
        ("id" = String, Path, description = "The id, or the full path with %2F for '/'.", example = "acme%2Fwebsite"),
        ("user_id" = i64, Path, description = "The id of the user.", example = 2),
    ),
    responses(
        (status = 200, description = "The member.", body = Member),
        (status = 401, description = "No valid token.", body = GitlabError),
        (status = 403, description = "The role or the token's scopes do not allow it.", body = GitlabError),
        (status = 404, description = "There is none, or you may not see it.", body = GitlabError),
    ),
)]
pub async fn one_of_project(
    State(api): State<Arc<Api>>,
    who: Result<Authenticated, Problem>,
    path: PathParameters,
    uri: Uri,
) -> Answer<Json<Member>> {
    PROJECT.show(&api, who, &path, &uri).await
}

/// A member of a project, inherited or not
///
/// Needs the scope `read_settings` and a role from Guest up.
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/members/all/{user_id}",
    operation_id = "get_any_project_member",
    tag = "members",
    params(
        ("id" = String, Path, description = "The id, or the full path with %2F for '/'.", example = "acme%2Fwebsite"),
        ("user_id" = i64, Path, description = "The id of the user.", example = 2),
    ),
    responses(
        (status = 200, description = "The member.", body = Member),
        (status = 401, description = "No valid token.", body = GitlabError),
        (status = 403, description = "The role or the token's scopes do not allow it.", body = GitlabError),
        (status = 404, description = "There is none, or you may not see it.", body = GitlabError),
    ),
)]
pub async fn one_of_all_of_project(
    State(api): State<Arc<Api>>,
    who: Result<Authenticated, Problem>,
    path: PathParameters,
    uri: Uri,
) -> Answer<Json<Member>> {
    PROJECT_ALL.show(&api, who, &path, &uri).await
}
