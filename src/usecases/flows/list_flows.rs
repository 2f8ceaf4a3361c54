//! Lists the flows of a namespace, for operators at the command line, who need no role.

use crate::{
    domain::namespace::{GroupPath, Namespace},
    storage::FlowSelection,
    usecases::{App, UseCaseError, What},
};

/// The flows of a namespace, as set in its top-level group.
#[derive(Clone, Debug)]
pub struct FlowList {
    /// Where they are switched: the namespace itself, or its top-level group.
    pub top_level: Namespace,
    /// All flows of the catalogue.
    pub flows: Vec<FlowSelection>,
}

/// # Errors
/// [`UseCaseError::NotFound`] when there is no namespace at `path`.
pub async fn list_flows(app: &App, path: &GroupPath) -> Result<FlowList, UseCaseError> {
    const WHAT: What = What::GroupOrProject;
    let mut uow = app.storage.read().await?;
    let namespace = uow.namespaces().find_by_path(path).await?.ok_or(UseCaseError::NotFound(WHAT))?;
    let top_level = uow.namespaces().lookup(namespace.root).await?.ok_or(UseCaseError::NotFound(WHAT))?;
    let flows = uow.flow_selections().list(top_level.id).await?;
    Ok(FlowList { top_level, flows })
}
