//! The GitLab Duo overview of a group, subgroup or project.

use super::{App, Caller, UseCaseError, load};
use crate::{
    domain::{
        access::{Access, Action, Standing, can},
        effect::Circumstances,
        namespace::{GroupPath, Namespace, Subscription},
    },
    storage::FlowSelection,
};

/// How many subgroups and projects the overview shows.
pub const CHILDREN_SHOWN: i64 = 100;

/// What every page of a group shows around its own matter.
#[derive(Clone, Debug)]
pub struct GroupFrame {
    pub namespace: Namespace,
    /// From the top-level group down to the namespace itself.
    pub ancestors: Vec<Namespace>,
    /// Which pages and actions are open to the caller.
    pub may: May,
}

/// What the caller may do here; pages show it, use cases enforce it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is an answer of its own")]
pub struct May {
    pub read_settings: bool,
    pub read_audit: bool,
    pub change_flows: bool,
    pub give_consent: bool,
}

impl GroupFrame {
    pub fn top_level(&self) -> &Namespace {
        self.ancestors.first().unwrap_or(&self.namespace)
    }
}

#[derive(Clone, Debug)]
pub struct GroupOverview {
    pub frame: GroupFrame,
    pub subscription: Subscription,
    pub circumstances: Circumstances,
    pub seats: i64,
    /// `None` when the caller may not read the settings.
    pub flows: Option<Vec<FlowSelection>>,
    pub children: Vec<Namespace>,
}

pub(super) fn may(caller: &Caller, standing: Standing) -> May {
    let granted = |action| matches!(can(&caller.actor, action, standing), Access::Granted(_));
    May {
        read_settings: granted(Action::ReadSettings),
        read_audit: granted(Action::ReadAudit),
        change_flows: granted(Action::ChangeFlows),
        give_consent: granted(Action::GiveConsent),
    }
}

pub async fn show_group(app: &App, caller: &Caller, path: &GroupPath) -> Result<GroupOverview, UseCaseError> {
    let mut uow = app.storage.read().await?;
    let loaded = load::namespace(&mut uow, caller, path, Action::See).await?;
    let namespace = loaded.namespace;
    let may = may(caller, loaded.standing);
    let (subscription, circumstances) = load::circumstances(app, &mut uow, namespace.root).await?;
    let flows =
        if may.read_settings { Some(uow.flow_selections().list(namespace.root).await?) } else { None };
    Ok(GroupOverview {
        subscription,
        circumstances,
        flows,
        seats: uow.memberships().count_seats(namespace.root).await?,
        children: uow.namespaces().children(namespace.id, CHILDREN_SHOWN).await?,
        frame: GroupFrame { ancestors: uow.namespaces().ancestors(namespace.id).await?, namespace, may },
    })
}
