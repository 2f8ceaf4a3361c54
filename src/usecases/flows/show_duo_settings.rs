//! Shows a group with its GitLab Duo settings, for programs.

use crate::{
    domain::{
        access::{Access, Action, can},
        namespace::{IdOrPath, NamespaceKind},
        settings::inheritance::EffectiveSettings,
    },
    storage::FlowSelection,
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
    which: &IdOrPath,
) -> Result<GroupWithSettings, UseCaseError> {
    let now = app.now();
    let mut uow = app.storage.read().await?;
    let found = find(&mut uow, caller, which, NamespaceKind::Group, Action::See, now).await?;
    let standing = load::standing(&mut uow, caller.actor.id, found.id, now).await?;
    let settings = match can(&caller.actor, Action::ReadSettings, standing) {
        Access::Granted(_) => Some(DuoSettings {
            settings: uow.inherited_settings().effective(found.id).await?,
            flows: uow.flow_selections().list(found.root).await?,
        }),
        Access::Denied(_) | Access::Hidden => None,
    };
    Ok(GroupWithSettings { group: shown(app, &mut uow, caller, &found).await?, settings })
}
