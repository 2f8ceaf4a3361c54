//! Which flows run in a namespace. For operators at the command line, who need no role for it.

use crate::{
    domain::namespace::{GroupPath, Namespace},
    storage::FlowSelection,
    usecases::{App, UseCaseError, What},
};

/// The flows of a namespace, as its top-level group has them.
#[derive(Clone, Debug)]
pub struct FlowList {
    /// Where they are turned on and off: the namespace itself or the group above all.
    pub top_level: Namespace,
    /// Every flow of the catalogue.
    pub flows: Vec<FlowSelection>,
}

/// # Errors
/// [`UseCaseError::NotFound`] when nothing is at `path`.
pub async fn list_flows(app: &App, path: &GroupPath) -> Result<FlowList, UseCaseError> {
    const WHAT: What = What::GroupOrProject;
    let mut uow = app.storage.read().await?;
    let namespace = uow.namespaces().find_by_path(path).await?.ok_or(UseCaseError::NotFound(WHAT))?;
    let top_level = uow.namespaces().lookup(namespace.root).await?.ok_or(UseCaseError::NotFound(WHAT))?;
    let flows = uow.flow_selections().list(top_level.id).await?;
    Ok(FlowList { top_level, flows })
}
