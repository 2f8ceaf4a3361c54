//! Shows a group with its GitLab Duo settings, for programs.

use crate::{
    domain::{
        access::{Access, Action, can},
        namespace::{Named, Namespace},
        settings::inheritance::EffectiveSettings,
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

/// What counts in a group.
#[derive(Clone, Debug)]
pub struct DuoSettings {
    /// Those that are inherited, as they count here.
    pub settings: EffectiveSettings,
    /// All flows of the catalogue, as set in the top-level group.
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
            settings: uow.inherited_settings().effective(group.id).await?,
            flows: uow.flow_selections().list(group.root).await?,
        }),
        Access::Denied(_) | Access::Hidden => None,
    };
    Ok(GroupWithSettings { group: shown(app, uow, caller, group).await?, settings })
}
