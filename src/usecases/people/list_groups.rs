//! The groups and projects that somebody may see.

use crate::{
    domain::access::whose_namespaces,
    storage::VisibleNamespace,
    usecases::{App, Caller, UseCaseError},
};

/// How many stand on a page.
pub const PAGE: i64 = 50;

#[derive(Clone, Debug)]
pub struct GroupList {
    pub groups: Vec<VisibleNamespace>,
    /// Whether there is a page after this one.
    pub more: bool,
}

/// Those with `filter` in their path or name; `page` counts from 1.
pub async fn list_groups(
    app: &App,
    caller: &Caller,
    filter: &str,
    page: i64,
) -> Result<GroupList, UseCaseError> {
    let user = whose_namespaces(&caller.actor);
    let mut uow = app.storage.read().await?;
    let offset = page.saturating_sub(1).max(0).saturating_mul(PAGE);
    let mut groups = uow.namespaces().list_visible(user, filter, PAGE + 1, offset).await?;
    let more = groups.len() > usize::try_from(PAGE).unwrap_or(usize::MAX);
    groups.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    Ok(GroupList { groups, more })
}
