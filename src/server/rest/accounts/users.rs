//! Users, as GitLab's API reads them.

use axum::response::Response;

use super::user_views::{PROVIDER, User};
use crate::{
    domain::user::UserKind,
    server::rest::{
        gitlab::{
            Answer,
            asked::Asked,
            documented::{NotListed, NotShown, PageParameters},
            pages::{Next, Paging},
            query::{Query, invalid},
            refusal::{GitlabError, GitlabRefusal},
        },
        json::Json,
    },
    usecases::{
        UserFilter, UserOrder,
        accounts::browse_users::{browse_own_user, browse_user, browse_users},
    },
};

/// The owner of the token
///
/// As in GitLab, for clients that call it first. Any valid token may call it.
#[utoipa::path(
    get,
    path = "/api/v4/user",
    operation_id = "get_current_user",
    tag = "users",
    responses(
        (status = 200, description = "The owner of the token.", body = User),
        (status = 401, description = "No valid token.", body = GitlabError),
    ),
)]
pub async fn current(asked: Asked) -> Answer<Json<User>> {
    Ok(Json(User::new(&asked.api, browse_own_user(&asked.api.app, &asked.caller).await?)))
}

/// Users
///
/// Administrators list all. Others find a user by the exact `username`, and without it only themselves. Pages
/// are those of GitLab, `pagination=keyset` as well when sorted by id. Needs the scope `read_settings`.
#[utoipa::path(
    get,
    path = "/api/v4/users",
    operation_id = "list_users",
    tag = "users",
    params(
        ("username" = Option<String>, Query, description = "The user of this name, whatever its case."),
        ("search" = Option<String>, Query, description = "In the user name or name, or the whole email address."),
        ("active" = Option<bool>, Query, description = "Those who are not blocked."),
        ("blocked" = Option<bool>, Query, description = "Those who are."),
        ("humans" = Option<bool>, Query, description = "No bots."),
        ("admins" = Option<bool>, Query, description = "Administrators only."),
        ("external" = Option<bool>, Query, description = "There are none."),
        ("extern_uid" = Option<String>, Query, description = "Linked to the account with this subject; with `provider`."),
        ("provider" = Option<String>, Query, description = "`openid_connect`."),
        ("order_by" = Option<String>, Query, description = "`id`, `name`, `username` or `created_at`."),
        ("sort" = Option<String>, Query, description = "`asc` or `desc`."),
        PageParameters,
    ),
    responses((status = 200, description = "A page of users.", body = Vec<User>), NotListed),
)]
pub async fn list(asked: Asked) -> Answer<Response> {
    let query = asked.query(
        &[
            "username",
            "search",
            "active",
            "blocked",
            "humans",
            "admins",
            "external",
            "extern_uid",
            "provider",
            "order_by",
            "sort",
            "id_after",
            "id_before",
            "created_after",
            "created_before",
        ],
        &["exclude_internal", "without_project_bots", "exclude_external", "without_projects"],
    )?;
    let paging = asked.paging(&query)?;
    let none = query.boolean("external")? == Some(true);
    let filter = filter(&query)?;
    paging.only_by_id(filter.order == UserOrder::Id)?;
    let descending = filter.descending;
    let fetched = if none { 0 } else { paging.per_page + i64::from(paging.keyset) };
    let page = (fetched, paging.offset());
    let found = browse_users(&asked.api.app, &asked.caller, filter, page, !paging.keyset).await?;
    let total = if none { Some(0) } else { found.total };
    let mut users: Vec<User> = found.users.into_iter().map(|it| User::new(&asked.api, it)).collect();
    let next = if paging.keyset {
        let more = paging.cut(&mut users);
        let last = users.last().filter(|_| more).map(User::id);
        Next::Keyset(last.map(|id| vec![Paging::goes_on(id, descending)]))
    } else {
        let more = i64::try_from(users.len()).is_ok_and(|count| count == paging.per_page);
        Next::Total(total, more)
    };
    Ok(paging.answer(users, next))
}

fn filter(query: &Query) -> Answer<UserFilter> {
    const ORDERS: [(&str, UserOrder); 4] = [
        ("id", UserOrder::Id),
        ("name", UserOrder::Name),
        ("username", UserOrder::Username),
        // Ids are given in the order of creation.
        ("created_at", UserOrder::Id),
    ];
    let active = query.boolean("active")?.filter(|it| *it);
    let blocked = query.boolean("blocked")?.filter(|it| *it);
    let subject = query.text("extern_uid")?;
    match (subject, query.text("provider")?) {
        (None, None) | (Some(_), Some(PROVIDER)) => {}
        (Some(_), None) => return Err(GitlabRefusal::bad_parameter("provider is missing")),
        (None, Some(_)) => return Err(GitlabRefusal::bad_parameter("extern_uid is missing")),
        (Some(_), Some(_)) => return Err(invalid("provider")),
    }
    let created = UserFilter::default().created;
    Ok(UserFilter {
        username: query.text("username")?.map(str::to_owned),
        search: query.text("search")?.unwrap_or_default().to_owned(),
        search_email: true,
        blocked: match (active, blocked) {
            (Some(_), Some(_)) => return Err(invalid("blocked")),
            (Some(_), None) => Some(false),
            (None, Some(_)) => Some(true),
            (None, None) => None,
        },
        kind: query.boolean("humans")?.filter(|it| *it).map(|_| UserKind::Human),
        is_admin: query.boolean("admins")?.filter(|it| *it),
        created: (
            query.instant("created_after")?.unwrap_or(created.0),
            query.instant("created_before")?.unwrap_or(created.1),
        ),
        subject: subject.map(str::to_owned),
        ids: Paging::ids(query)?,
        order: query.word("order_by", &ORDERS)?.unwrap_or_default(),
        // GitLab's default.
        descending: query.descending()?.unwrap_or(true),
    })
}

/// A user
///
/// Administrators read everybody, others themselves. Needs the scope `read_settings`.
#[utoipa::path(
    get,
    path = "/api/v4/users/{id}",
    operation_id = "get_user",
    tag = "users",
    params(("id" = i64, Path, description = "The id.", example = 2)),
    responses((status = 200, description = "The user.", body = User), NotShown),
)]
pub async fn show(asked: Asked) -> Answer<Json<User>> {
    asked.query(&[], &[])?;
    let id = asked.user("id", "User")?;
    Ok(Json(User::new(&asked.api, browse_user(&asked.api.app, &asked.caller, id).await?)))
}
