//! Shows the GitLab Duo overview of a group, subgroup or project.

use super::circumstances::circumstances;
use crate::{
    domain::{
        access::Action,
        flows::effect::Circumstances,
        namespace::{GroupPath, Namespace, Subscription},
        people::seats::SeatCounts,
        role::Role,
    },
    storage::FlowSelection,
    usecases::{
        App, Caller, UseCaseError, load,
        people::group_frame::{GroupFrame, may},
    },
};

/// How many subgroups and projects the overview lists.
pub const CHILDREN_SHOWN: i64 = 100;

#[derive(Clone, Debug)]
pub struct GroupOverview {
    pub frame: GroupFrame,
    pub subscription: Subscription,
    pub circumstances: Circumstances,
    /// Of the top-level group alone, without those of the instance; `None` for a caller who has a role only
    /// below it.
    pub seats: Option<SeatCounts>,
    /// `None` when the caller may not read the settings.
    pub flows: Option<Vec<FlowSelection>>,
    /// `None` when the caller has a role that is not inherited by what is below.
    pub children: Option<Vec<Namespace>>,
}

pub async fn show_group(app: &App, caller: &Caller, path: &GroupPath) -> Result<GroupOverview, UseCaseError> {
    let mut uow = app.storage.read().await?;
    let loaded = load::namespace(&mut uow, caller, path, Action::See, app.now()).await?;
    let namespace = loaded.namespace;
    let may = may(caller, loaded.standing);
    let (subscription, circumstances) = circumstances(app, &mut uow, &namespace).await?;
    let flows =
        if may.read_settings { Some(uow.flow_selections().list(namespace.root).await?) } else { None };
    let is_admin = caller.actor.is_admin;
    let seats = if is_admin || loaded.standing.top_level.is_some() {
        Some(uow.seats().pool(Some(namespace.root)).await?.map(|it| it.counts).unwrap_or_default())
    } else {
        None
    };
    let children = if is_admin || loaded.standing.here > Some(Role::MinimalAccess) {
        Some(uow.namespaces().children(namespace.id, CHILDREN_SHOWN).await?)
    } else {
        None
    };
    Ok(GroupOverview {
        subscription,
        circumstances,
        flows,
        seats,
        children,
        frame: GroupFrame { ancestors: uow.namespaces().ancestors(namespace.id).await?, namespace, may },
    })
}
