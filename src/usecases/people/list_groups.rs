//! Lists the groups and projects that the caller may see.

use crate::{
    domain::access::whose_namespaces,
    storage::VisibleNamespace,
    usecases::{App, Caller, UseCaseError},
};

/// Namespaces per page.
pub const PAGE: i64 = 50;

#[derive(Clone, Debug)]
pub struct GroupList {
    pub groups: Vec<VisibleNamespace>,
    /// Whether there is another page.
    pub more: bool,
}

/// Namespaces with `filter` in path or name; `page` starts at 1.
pub async fn list_groups(
    app: &App,
    caller: &Caller,
    filter: &str,
    page: i64,
) -> Result<GroupList, UseCaseError> {
    let user = whose_namespaces(&caller.actor);
    let mut uow = app.storage.read().await?;
    let offset = page.saturating_sub(1).max(0).saturating_mul(PAGE);
    let mut groups = uow.namespaces().list_visible(user, filter, app.now(), PAGE + 1, offset).await?;
    let more = groups.len() > usize::try_from(PAGE).unwrap_or(usize::MAX);
    groups.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    Ok(GroupList { groups, more })
}
