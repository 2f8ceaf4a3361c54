//! Shows a group with its GitLab Duo settings, for programs.

use super::circumstances::top_level;
use crate::{
    domain::{
        access::{Access, Action, can},
        namespace::{Named, Namespace},
        settings::availability::DuoChain,
    },
    storage::{FlowSelection, UnitOfWork},
    usecases::{
        App, Caller, UseCaseError, load,
        people::{
            browse_namespaces::{Browsed, shown},
            find_namespace::find,
        },
    },
};

/// A group, and its settings for those who may read them.
#[derive(Clone, Debug)]
pub struct GroupWithSettings {
    pub group: Browsed,
    pub settings: Option<DuoSettings>,
}

/// What is set in the top-level group.
#[derive(Clone, Debug)]
pub struct DuoSettings {
    pub chain: DuoChain,
    /// All flows of the catalogue.
    pub flows: Vec<FlowSelection>,
}

/// # Errors
/// There is no such group, the caller may not see it, or the token lacks the scope.
pub async fn show_duo_settings(
    app: &App,
    caller: &Caller,
    which: &Named,
) -> Result<GroupWithSettings, UseCaseError> {
    let mut uow = app.storage.read().await?;
    let found = find(&mut uow, caller, which, Action::See, app.now()).await?.namespace;
    with_settings(app, &mut uow, caller, &found).await
}

/// A group that the caller has just changed.
pub async fn show_changed_group(
    app: &App,
    caller: &Caller,
    changed: &Namespace,
) -> Result<GroupWithSettings, UseCaseError> {
    let mut uow = app.storage.read().await?;
    with_settings(app, &mut uow, caller, changed).await
}

/// The group, with its settings for those who may read them.
pub(in crate::usecases) async fn with_settings(
    app: &App,
    uow: &mut UnitOfWork,
    caller: &Caller,
    group: &Namespace,
) -> Result<GroupWithSettings, UseCaseError> {
    let standing = load::standing(uow, caller.actor.id, group.id, app.now()).await?;
    let settings = match can(&caller.actor, Action::ReadSettings, standing) {
        Access::Granted(_) => Some(DuoSettings {
            chain: top_level(uow, group.root).await?.1,
            flows: uow.flow_selections().list(group.root).await?,
        }),
        Access::Denied(_) | Access::Hidden => None,
    };
    Ok(GroupWithSettings { group: shown(app, uow, caller, group).await?, settings })
}
