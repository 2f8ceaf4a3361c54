//! Lists groups for administrators and operators.

use crate::{
    domain::namespace::GroupPath,
    storage::{ListedNamespace, ListedTopLevelGroup, TopLevelOrder},
    usecases::{App, UseCaseError, What, administrator::Administrator},
};

/// Groups per page.
pub const TOP_LEVEL_PAGE: i64 = 25;

#[derive(Clone, Debug)]
pub struct TopLevelGroupList {
    pub groups: Vec<ListedTopLevelGroup>,
    /// How many have the filter in path or name.
    pub total: i64,
}

/// Top-level groups with `filter` in path or name; `page` starts at 1.
pub async fn list_top_level_groups(
    app: &App,
    _: &Administrator,
    filter: &str,
    order: TopLevelOrder,
    page: i64,
) -> Result<TopLevelGroupList, UseCaseError> {
    let mut uow = app.storage.read().await?;
    let offset = page.saturating_sub(1).max(0).saturating_mul(TOP_LEVEL_PAGE);
    Ok(TopLevelGroupList {
        groups: uow.namespaces().top_level(filter, order, TOP_LEVEL_PAGE, offset).await?,
        total: uow.namespaces().count_top_level_with(filter).await?,
    })
}

/// A namespace and everything below it in tree order; everything there is when `path` is `None`.
///
/// # Errors
/// There is no such namespace.
pub async fn list_tree(
    app: &App,
    _: &Administrator,
    path: Option<&GroupPath>,
) -> Result<Vec<ListedNamespace>, UseCaseError> {
    let tree = app.storage.read().await?.namespaces().tree(path).await?;
    if path.is_some() && tree.is_empty() {
        return Err(UseCaseError::NotFound(What::GroupOrProject));
    }
    Ok(tree)
}
