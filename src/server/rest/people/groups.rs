//! Lists of groups, as GitLab's API reads them.

use axum::response::Response;

use super::group_views::Group;
use crate::{
    domain::{namespace::NamespaceKind, role::Role},
    server::rest::gitlab::{
        Answer,
        asked::Asked,
        documented::{NotListed, OfGroup, PageParameters},
        pages::{Next, Paging},
        query::{Query, invalid, wrong_value},
        refusal::GitlabRefusal,
    },
    usecases::{
        NamespaceOrder,
        people::browse_namespaces::{Below, Browse, browse_namespaces},
    },
};

/// What narrows or sorts a list of groups.
const KNOWN: [&str; 14] = [
    "search",
    "owned",
    "min_access_level",
    "all_available",
    "top_level_only",
    "skip_groups",
    "active",
    "archived",
    "visibility",
    "order_by",
    "sort",
    "id_after",
    "id_before",
    "statistics",
];

/// Groups
///
/// Those that the owner of the token may see, administrators all. Parameters and pages are those of GitLab.
/// Needs the scope `read_settings`.
#[utoipa::path(
    get,
    path = "/api/v4/groups",
    operation_id = "list_groups",
    tag = "groups",
    params(
        ("search" = Option<String>, Query, description = "In path or name."),
        ("top_level_only" = Option<bool>, Query, description = "Only top-level groups."),
        ("owned" = Option<bool>, Query, description = "Only where you are an Owner."),
        ("min_access_level" = Option<u32>, Query, description = "Only where you have at least this role, 5 to 50.", example = 30),
        ("all_available" = Option<bool>, Query, description = "For administrators: all, the default, or those where you have a role."),
        ("skip_groups" = Option<String>, Query, description = "Ids to leave out, as a list or separated by commas."),
        ("active" = Option<bool>, Query, description = "Whether not archived."),
        ("archived" = Option<bool>, Query, description = "Whether archived."),
        ("order_by" = Option<String>, Query, description = "`name`, `path` or `id`."),
        ("sort" = Option<String>, Query, description = "`asc` or `desc`."),
        PageParameters,
    ),
    responses((status = 200, description = "A page of groups.", body = Vec<Group>), NotListed),
)]
pub async fn list(asked: Asked) -> Answer<Response> {
    answer(&asked, None).await
}

/// The subgroups of a group
///
/// Those directly in it. As the list of groups.
#[utoipa::path(
    get,
    path = "/api/v4/groups/{id}/subgroups",
    operation_id = "list_subgroups",
    tag = "groups",
    params(
        OfGroup,
        ("search" = Option<String>, Query, description = "In path or name."),
        PageParameters,
    ),
    responses((status = 200, description = "A page of groups.", body = Vec<Group>), NotListed),
)]
pub async fn subgroups(asked: Asked) -> Answer<Response> {
    let group = asked.named(NamespaceKind::Group)?;
    answer(&asked, Some(Below { group, directly: true })).await
}

/// All groups below a group
///
/// As the list of groups.
#[utoipa::path(
    get,
    path = "/api/v4/groups/{id}/descendant_groups",
    operation_id = "list_descendant_groups",
    tag = "groups",
    params(
        OfGroup,
        ("search" = Option<String>, Query, description = "In path or name."),
        PageParameters,
    ),
    responses((status = 200, description = "A page of groups.", body = Vec<Group>), NotListed),
)]
pub async fn descendants(asked: Asked) -> Answer<Response> {
    let group = asked.named(NamespaceKind::Group)?;
    answer(&asked, Some(Below { group, directly: false })).await
}

/// The groups, or those below one of them.
async fn answer(asked: &Asked, below: Option<Below>) -> Answer<Response> {
    let query = asked.query(&KNOWN, &["with_projects", "simple"])?;
    let paging = asked.paging(&query)?;
    let browse = Browse { below, ..browse(NamespaceKind::Group, &query)? };
    let browse = Browse {
        order: query.word("order_by", &ORDERS)?.unwrap_or_default(),
        descending: query.descending()?.unwrap_or(false),
        ..browse
    };
    paging.only_by_id(browse.order == NamespaceOrder::Id)?;
    let descending = browse.descending;
    let (browse, keyset) = (of_page(browse, &paging), paging.keyset);
    let found = browse_namespaces(&asked.api.app, &asked.caller, browse).await;
    let found = found.map_err(|it| GitlabRefusal::of(it, "Group"))?;
    let mut groups: Vec<Group> = found.rows.iter().map(|it| Group::new(&asked.api, it)).collect();
    let more = paging.cut(&mut groups);
    let next = if keyset {
        let last = groups.last().filter(|_| more).map(|it| it.id);
        Next::Keyset(last.map(|id| vec![Paging::goes_on(id, descending)]))
    } else {
        Next::Total(found.total, more)
    };
    Ok(paging.answer(groups, next))
}

const ORDERS: [(&str, NamespaceOrder); 3] =
    [("name", NamespaceOrder::Name), ("path", NamespaceOrder::Path), ("id", NamespaceOrder::Id)];

/// One row more than the page has shows whether there are more.
pub fn of_page(browse: Browse, paging: &Paging) -> Browse {
    Browse { limit: paging.per_page + 1, offset: paging.offset(), counted: !paging.keyset, ..browse }
}

/// What lists of groups and of projects have in common.
pub fn browse(kind: NamespaceKind, query: &Query) -> Answer<Browse> {
    let least = match query.number("min_access_level")? {
        None => None,
        Some(level) => Some(
            Role::ALL
                .into_iter()
                .find(|role| role.access_level() == level)
                .ok_or_else(|| wrong_value("min_access_level"))?,
        ),
    };
    let owned = query.boolean("owned")?.filter(|it| *it).map(|_| Role::Owner);
    // GitLab's "active" is "not archived", as nothing here is marked for deletion.
    let archived = match (query.boolean("archived")?, query.boolean("active")?) {
        (Some(archived), Some(active)) if archived == active => return Err(invalid("active")),
        (archived, active) => archived.or(active.map(|it| !it)),
    };
    let private = match query.text("visibility")? {
        None | Some("private") => true,
        Some("internal" | "public") => false,
        Some(_) => return Err(wrong_value("visibility")),
    };
    let ids = Paging::ids(query)?;
    Ok(Browse {
        everything: query.boolean("all_available")? != Some(false),
        least: owned.or(least),
        top_level_only: query.boolean("top_level_only")? == Some(true),
        search: query.text("search")?.unwrap_or_default().to_owned(),
        archived,
        skip: query.ids("skip_groups")?,
        // All are private: of others there are none.
        ids: if private { ids } else { (i64::MAX, i64::MIN) },
        ..Browse::of(kind)
    })
}
