//! Shows the general settings of a group or project, and what would end with it.

use super::{
    App, Caller, UseCaseError, What, load,
    people::group_frame::{GroupFrame, may},
};
use crate::{
    domain::{
        access::{Action, may_administer},
        flows::consent::ConsentGiven,
        namespace::{GroupPath, Subscription},
        token::Scope,
    },
    storage::{Extent, NamespaceDetails},
};

#[derive(Clone, Debug)]
pub struct GroupSettings {
    pub frame: GroupFrame,
    pub details: NamespaceDetails,
    /// What is archived: the namespace itself, or a group above it.
    pub archived: Option<GroupPath>,
    pub extent: Extent,
    /// What only a top-level group has.
    pub top_level: Option<TopLevel>,
    /// Whether the caller may also do what is for administrators.
    pub administers: bool,
}

/// What ends when a top-level group is deleted or moved below another.
#[derive(Clone, Debug)]
pub struct TopLevel {
    pub subscription: Subscription,
    /// How many flows are on.
    pub flows: usize,
    pub consent: Option<ConsentGiven>,
    /// How many Duo Enterprise seats are given.
    pub seats: i64,
}

pub async fn show_group_settings(
    app: &App,
    caller: &Caller,
    path: &GroupPath,
) -> Result<GroupSettings, UseCaseError> {
    let mut uow = app.storage.read().await?;
    let loaded = load::namespace(&mut uow, caller, path, Action::ManageGroup, app.now()).await?;
    let namespace = loaded.namespace;
    let details = uow.namespaces().details(namespace.id).await?;
    let top_level = match uow.top_level_groups().lookup(namespace.id).await? {
        None => None,
        Some(subscription) => {
            let flows = uow.flow_selections().list(namespace.id).await?;
            Some(TopLevel {
                subscription,
                flows: flows.iter().filter(|it| it.state.is_on()).count(),
                consent: flows.iter().find_map(|it| it.state.consent().cloned()),
                seats: uow.seats().count_used(namespace.id).await?,
            })
        }
    };
    Ok(GroupSettings {
        details: details.ok_or(UseCaseError::NotFound(What::GroupOrProject))?,
        archived: uow.namespaces().archived(namespace.id).await?,
        extent: uow.namespaces().extent(&namespace.path).await?,
        top_level,
        administers: may_administer(&caller.actor, Scope::ManageGroups).is_ok(),
        frame: GroupFrame {
            ancestors: uow.namespaces().ancestors(namespace.id).await?,
            may: may(caller, loaded.standing),
            namespace,
        },
    })
}
