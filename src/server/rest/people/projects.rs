//! Projects, as GitLab's API reads them.

use axum::response::Response;

use super::{
    groups::{browse, of_page},
    project_views::Project,
};
use crate::{
    domain::{
        namespace::{Named, NamespaceKind},
        role::Role,
    },
    server::rest::{
        gitlab::{
            Answer,
            asked::Asked,
            documented::{NotListed, NotShown, OfGroup, OfProject, PageParameters},
            pages::{Next, Paging},
            refusal::GitlabRefusal,
        },
        json::Json,
    },
    usecases::{
        NamespaceOrder,
        people::browse_namespaces::{Below, Browse, browse_namespace, browse_namespaces},
    },
};

/// What narrows or sorts a list of projects.
const KNOWN: [&str; 14] = [
    "search",
    "owned",
    "membership",
    "min_access_level",
    "archived",
    "active",
    "visibility",
    "order_by",
    "sort",
    "id_after",
    "id_before",
    "include_subgroups",
    "with_shared",
    "search_namespaces",
];

/// What changes nothing here.
const WITHOUT_EFFECT: [&str; 4] = ["simple", "statistics", "license", "include_pending_delete"];

const ORDERS: [(&str, NamespaceOrder); 4] = [
    ("id", NamespaceOrder::Id),
    ("name", NamespaceOrder::Name),
    ("path", NamespaceOrder::Path),
    // Ids are given in the order of creation.
    ("created_at", NamespaceOrder::Id),
];

/// Projects
///
/// Those that the owner of the token may see, administrators all. Parameters and pages are those of GitLab,
/// `pagination=keyset` as well when sorted by id. Needs the scope `read_settings`.
#[utoipa::path(
    get,
    path = "/api/v4/projects",
    operation_id = "list_projects",
    tag = "groups",
    params(
        ("search" = Option<String>, Query, description = "In path or name."),
        ("membership" = Option<bool>, Query, description = "For administrators: only where you have a role."),
        ("owned" = Option<bool>, Query, description = "Only where you are an Owner."),
        ("min_access_level" = Option<u32>, Query, description = "Only where you have at least this role, 5 to 50.", example = 30),
        ("archived" = Option<bool>, Query, description = "Whether archived."),
        ("order_by" = Option<String>, Query, description = "`id`, `name`, `path` or `created_at`."),
        ("sort" = Option<String>, Query, description = "`asc` or `desc`."),
        PageParameters,
    ),
    responses((status = 200, description = "A page of projects.", body = Vec<Project>), NotListed),
)]
pub async fn list(asked: Asked) -> Answer<Response> {
    answer(&asked, None).await
}

/// The projects of a group
///
/// Those directly in it, with `include_subgroups` all below. As the list of projects.
#[utoipa::path(
    get,
    path = "/api/v4/groups/{id}/projects",
    operation_id = "list_group_projects",
    tag = "groups",
    params(
        OfGroup,
        ("include_subgroups" = Option<bool>, Query, description = "Also those of the groups below."),
        ("search" = Option<String>, Query, description = "In path or name."),
        PageParameters,
    ),
    responses((status = 200, description = "A page of projects.", body = Vec<Project>), NotListed),
)]
pub async fn of_group(asked: Asked) -> Answer<Response> {
    answer(&asked, Some(asked.named(NamespaceKind::Group)?)).await
}

async fn answer(asked: &Asked, group: Option<Named>) -> Answer<Response> {
    let query = asked.query(&KNOWN, &WITHOUT_EFFECT)?;
    let paging = asked.paging(&query)?;
    let browse = browse(NamespaceKind::Project, &query)?;
    let directly = query.boolean("include_subgroups")? != Some(true);
    // Projects of other groups are never listed here, whether GitLab would add those that a group is
    // invited to or not.
    query.boolean("with_shared")?;
    query.boolean("search_namespaces")?;
    let a_role = query.boolean("membership")?.filter(|it| *it).map(|_| Role::MinimalAccess);
    let browse = Browse {
        below: group.map(|group| Below { group, directly }),
        least: browse.least.or(a_role),
        order: query.word("order_by", &ORDERS)?.unwrap_or(NamespaceOrder::Id),
        // GitLab's default.
        descending: query.descending()?.unwrap_or(true),
        ..browse
    };
    paging.only_by_id(browse.order == NamespaceOrder::Id)?;
    let descending = browse.descending;
    let browse = of_page(browse, &paging);
    let found = browse_namespaces(&asked.api.app, &asked.caller, browse).await;
    let found = found.map_err(|it| GitlabRefusal::of(it, "Group"))?;
    let mut projects: Vec<_> = found.rows.into_iter().map(|it| Project::new(&asked.api, it)).collect();
    let more = paging.cut(&mut projects);
    let next = if paging.keyset {
        let last = projects.last().filter(|_| more).map(Project::id);
        Next::Keyset(last.map(|id| vec![Paging::goes_on(id, descending)]))
    } else {
        Next::Total(found.total, more)
    };
    Ok(paging.answer(projects, next))
}

/// A project
///
/// By id or full path. Needs the scope `read_settings` and a role in it, or an administrator.
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}",
    operation_id = "get_project",
    tag = "groups",
    params(OfProject),
    responses((status = 200, description = "The project.", body = Project), NotShown),
)]
pub async fn show(asked: Asked) -> Answer<Json<Project>> {
    let project = asked.named(NamespaceKind::Project)?;
    asked.query(&[], &WITHOUT_EFFECT)?;
    let found = browse_namespace(&asked.api.app, &asked.caller, &project).await;
    Ok(Json(Project::new(&asked.api, found.map_err(|it| GitlabRefusal::of(it, "Project"))?)))
}
