//! What the form for a new group or project shows.

use super::{
    archived::require_active,
    group_frame::{GroupFrame, may},
};
use crate::{
    domain::{
        access::{Action, may_administer},
        namespace::GroupPath,
        token::Scope,
    },
    usecases::{App, Caller, UseCaseError, load},
};

/// The group in which it is made; `None` at the top level.
///
/// # Errors
/// The caller may not make one there, or it is archived.
pub async fn show_new_group(
    app: &App,
    caller: &Caller,
    parent: Option<&GroupPath>,
) -> Result<Option<GroupFrame>, UseCaseError> {
    let Some(parent) = parent else {
        may_administer(&caller.actor, Scope::ManageGroups)?;
        return Ok(None);
    };
    let mut uow = app.storage.read().await?;
    let loaded = load::namespace(&mut uow, caller, parent, Action::ManageGroup, app.now()).await?;
    require_active(&mut uow, loaded.namespace.id).await?;
    Ok(Some(GroupFrame {
        ancestors: uow.namespaces().ancestors(loaded.namespace.id).await?,
        may: may(caller, loaded.standing),
        namespace: loaded.namespace,
    }))
}
