//! Changes GitLab Duo settings of a group, each only if it is said: those that are inherited; and in a top-level
//! group which flows are on, and the consent to Code Review. All of it or nothing, as part of
//! `update_group`.

use super::{
    circumstances::subscription,
    set_flow,
    show_duo_settings::{DuoSettings, GroupWithSettings},
};
use crate::{
    domain::{
        access::{Access, Action, can},
        error_kind::ErrorKind,
        flows::{
            catalogue::{CODE_REVIEW, Flow, Obstacle},
            consent::{self, ConsentError, FlowSwitch, LedgerAction, Transition},
            wording::{CODE_REVIEW_WORDING, WordingId},
        },
        ids::NamespaceId,
        namespace::{GroupPath, Named, Namespace},
        settings::{
            availability::DuoAvailability,
            inheritance::EffectiveSettings,
            setting::{Setting, SettingPlace},
        },
    },
    storage::{FlowSelection, StorageError, UnitOfWork},
    usecases::{
        App, Caller, Explained, UseCaseError, What,
        fresh_sign_in::require_fresh,
        load,
        people::{archived::require_active, browse_namespaces::shown, find_namespace::find},
        settings::change_settings::{LockedSetting, Wanted, write},
    },
};

/// What to change; `None` leaves it as it is.
#[derive(Clone, Debug, Default)]
pub struct DuoSettingsChange {
    pub availability: Option<DuoAvailability>,
    pub flow_execution: Option<bool>,
    pub foundational_flows: Option<bool>,
    pub auto_review: Option<bool>,
    pub experiment_features: Option<bool>,
    /// The references of the flows that are to be on; all others are to be off.
    pub flows: Option<Vec<String>>,
    /// Consents to Code Review, with the wording that was confirmed.
    pub consent: Option<Option<WordingId>>,
}

impl DuoSettingsChange {
    /// The settings that are said, unless they are so by inheritance. Off is locked only by the parameters that
    /// lock in GitLab.
    fn settings(&self, now: &EffectiveSettings, group: NamespaceId) -> Vec<(Setting, Wanted)> {
        let locking = [
            (Setting::FlowExecution, self.flow_execution),
            (Setting::FoundationalFlows, self.foundational_flows),
        ];
        let others = [
            (Setting::AutoReview, self.auto_review),
            (Setting::ExperimentFeatures, self.experiment_features),
        ];
        let locking = locking.into_iter().filter_map(|(it, on)| Some((it, Wanted::as_gitlab_means(on?))));
        let plain = |on| Wanted::Own { on, locked: false, cascade: false };
        let others = others.into_iter().filter_map(|(it, on)| Some((it, plain(on?))));
        let availability = self.availability.map(|it| (Setting::DuoAvailability, it.into()));
        let here = SettingPlace::Namespace(group);
        let is_inherited = |(setting, wanted): &(Setting, Wanted)| {
            let is = now.get(*setting);
            let is_so = matches!(*wanted, Wanted::Own { on, locked, .. } if on == is.on && (!locked || is.locked_by.is_some()));
            is.origin != Some(here) && is_so
        };
        availability.into_iter().chain(locking).chain(others).filter(|it| !is_inherited(it)).collect()
    }
}

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum DuoSettingsError {
    #[error("There is no foundational flow '{0}'.")]
    UnknownFlow(String),
    #[error("{} cannot be turned on. {obstacle}", .flow.reference)]
    Obstacle { flow: &'static Flow, obstacle: Obstacle },
    #[error("Code Review needs consent to be turned on.")]
    ConsentRequired,
    #[error("The wording that was confirmed is not the current one.")]
    ConsentOutdated,
}

impl Explained for DuoSettingsError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::UnknownFlow(_) | Self::Obstacle { .. } => ErrorKind::Invalid,
            Self::ConsentRequired => ErrorKind::ConsentRequired,
            Self::ConsentOutdated => ErrorKind::ConsentOutdated,
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some(match self {
            Self::UnknownFlow(_) | Self::Obstacle { .. } => "enabled_foundational_flows",
            Self::ConsentRequired => "create_code_review_flow_consent",
            Self::ConsentOutdated => "consent_wording",
        })
    }
}

impl From<ConsentError> for DuoSettingsError {
    fn from(error: ConsentError) -> Self {
        match error {
            ConsentError::Required => Self::ConsentRequired,
            ConsentError::Outdated => Self::ConsentOutdated,
        }
    }
}

/// What became of a change.
#[derive(Debug)]
pub(in crate::usecases) struct Settled {
    pub group: Namespace,
    /// The top-level group that has the flows and the consent, where the group that was named has none of its
    /// own: then these were not changed.
    pub set_in: Option<Namespace>,
    /// What is locked above, and by which group, `None` for the instance: it stays as it is.
    pub locked: Vec<(Setting, Option<GroupPath>)>,
    /// Whether a consent was asked for that nothing needs: Code Review stays off.
    pub needless_consent: bool,
    /// Whether there is anything to commit.
    pub changed: bool,
    /// What the ledger has anew, to be counted when it is committed.
    pub ledger: Vec<LedgerAction>,
}

/// Within a unit of work of the caller, who commits it.
///
/// # Errors
/// Besides errors of access: a flow is unknown or cannot be turned on; consent is missing or outdated; the
/// group is archived.
#[tracing::instrument(level = "debug", skip_all)]
pub(in crate::usecases) async fn set_duo_settings(
    app: &App,
    uow: &mut UnitOfWork,
    caller: &Caller,
    group: &Named,
    change: &DuoSettingsChange,
) -> Result<Settled, UseCaseError> {
    let loaded = find(uow, caller, group, Action::ChangeSettings, app.now()).await?;
    let found = &loaded.namespace;
    let wanted = change.settings(&effective(uow, found).await?, found.id);
    let written = write(app, uow, caller, Some(found), wanted).await?;
    let locked = named(uow, written.locked).await?;
    let is_elsewhere = !found.is_top_level() && (change.flows.is_some() || change.consent.is_some());
    let set_in = if is_elsewhere {
        let root = uow.namespaces().lookup(found.root).await?;
        Some(root.ok_or(UseCaseError::NotFound(What::GroupOrProject))?)
    } else {
        None
    };
    let nothing = DuoSettingsChange::default();
    let change = if found.is_top_level() { change } else { &nothing };
    let subscription = subscription(uow, found.root).await?;
    let chain = effective(uow, found).await?.chain();
    let selections = uow.flow_selections().list(found.id).await?;
    let switches = switches(&selections, change)?;
    let wording = CODE_REVIEW_WORDING.id();
    let mut transitions = Vec::new();
    for (selection, switch) in &switches {
        let flow = selection.flow;
        if matches!(switch, FlowSwitch::TurnOn { .. }) {
            if flow.needs_consent {
                may_consent(caller, &loaded)?;
            }
            if let Some(obstacle) =
                flow.obstacle(subscription.tier, chain).filter(|_| !selection.state.is_on())
            {
                return Err(DuoSettingsError::Obstacle { flow, obstacle }.into());
            }
        }
        let transition =
            consent::decide(flow, &selection.state, switch, &wording).map_err(DuoSettingsError::from)?;
        if transition.ledger_action() == Some(LedgerAction::Given) {
            require_fresh(app, caller)?;
        }
        if transition != Transition::Unchanged {
            transitions.push((*selection, transition));
        }
    }
    let changed = !written.changed.is_empty() || !transitions.is_empty();
    if changed {
        require_active(uow, found.id).await?;
    }
    let now = app.now();
    for (selection, transition) in &transitions {
        let write = set_flow::Write {
            group: found,
            flow: selection.flow,
            before: selection,
            transition: *transition,
            held: loaded.held,
            wording: &wording,
        };
        set_flow::write(app, uow, caller, now, write).await?;
    }
    let asks = |flow: &str| switches.iter().any(|(it, _)| it.flow.reference == flow);
    Ok(Settled {
        set_in,
        locked,
        needless_consent: change.consent.is_some() && !asks(CODE_REVIEW),
        changed,
        ledger: transitions.iter().filter_map(|(_, transition)| transition.ledger_action()).collect(),
        group: loaded.namespace,
    })
}

/// The group as it is now, for whoever may change its settings.
pub(in crate::usecases) async fn after(
    app: &App,
    uow: &mut UnitOfWork,
    caller: &Caller,
    group: &Namespace,
) -> Result<GroupWithSettings, UseCaseError> {
    let settings = DuoSettings {
        settings: effective(uow, group).await?,
        flows: uow.flow_selections().list(group.root).await?,
    };
    Ok(GroupWithSettings { group: shown(app, uow, caller, group).await?, settings: Some(settings) })
}

/// The settings that count in the group.
async fn effective(uow: &mut UnitOfWork, group: &Namespace) -> Result<EffectiveSettings, StorageError> {
    uow.inherited_settings().effective(group.id).await
}

/// With the paths of the groups.
async fn named(
    uow: &mut UnitOfWork,
    locked: Vec<LockedSetting>,
) -> Result<Vec<(Setting, Option<GroupPath>)>, StorageError> {
    let mut named = Vec::new();
    for LockedSetting { setting, by } in locked {
        let by = match by {
            SettingPlace::Instance => None,
            SettingPlace::Namespace(id) => uow.namespaces().lookup(id).await?.map(|it| it.path),
        };
        named.push((setting, by));
    }
    Ok(named)
}

/// The flows to switch. One that is on stays as it is, unless consent to it is given.
fn switches<'a>(
    selections: &'a [FlowSelection],
    change: &DuoSettingsChange,
) -> Result<Vec<(&'a FlowSelection, FlowSwitch)>, DuoSettingsError> {
    if let Some(flows) = &change.flows
        && let Some(unknown) = flows.iter().find(|it| Flow::find(it).is_none())
    {
        return Err(DuoSettingsError::UnknownFlow(unknown.clone()));
    }
    let mut switches = Vec::new();
    for selection in selections {
        let flow = selection.flow;
        let was_on = selection.state.is_on();
        let is_on = change.flows.as_ref().map_or(was_on, |it| it.iter().any(|it| it == flow.reference));
        let confirmed = change.consent.clone().filter(|_| flow.needs_consent);
        let switch = match (was_on, is_on, confirmed) {
            (_, true, Some(confirmed)) => FlowSwitch::TurnOn { confirmed },
            (false, true, None) => FlowSwitch::TurnOn { confirmed: None },
            (true, false, _) => FlowSwitch::TurnOff,
            (true, true, None) | (false, false, _) => continue,
        };
        switches.push((selection, switch));
    }
    Ok(switches)
}

fn may_consent(caller: &Caller, loaded: &load::Loaded) -> Result<(), UseCaseError> {
    match can(&caller.actor, Action::GiveConsent, loaded.standing) {
        Access::Granted(_) => Ok(()),
        Access::Denied(denial) => Err(denial.into()),
        Access::Hidden => Err(UseCaseError::NotFound(What::GroupOrProject)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::flows::{catalogue::CATALOGUE, consent::FlowState};

    fn selections(on: &[&str]) -> Vec<FlowSelection> {
        let selection = |flow: &'static Flow| FlowSelection {
            flow,
            state: FlowState::new(flow, on.contains(&flow.reference), None),
            version: 1,
            changed: None,
        };
        CATALOGUE.iter().map(selection).collect()
    }

    fn switched(on: &[&str], flows: Option<&[&str]>, consent: bool) -> Vec<(&'static str, bool)> {
        let change = DuoSettingsChange {
            flows: flows.map(|flows| flows.iter().map(|it| (*it).to_owned()).collect()),
            consent: consent.then_some(None),
            ..DuoSettingsChange::default()
        };
        let selections = selections(on);
        let switches = switches(&selections, &change).expect("known flows");
        let name = |(selection, switch): &(&FlowSelection, FlowSwitch)| {
            (selection.flow.reference, *switch != FlowSwitch::TurnOff)
        };
        switches.iter().map(name).collect()
    }

    #[test]
    fn only_what_differs_is_switched() {
        assert!(switched(&["developer/v1"], None, false).is_empty());
        assert!(switched(&["developer/v1"], Some(&["developer/v1"]), false).is_empty());
        assert_eq!(
            switched(&["developer/v1"], Some(&["fix_pipeline/v1"]), false),
            [("developer/v1", false), ("fix_pipeline/v1", true)]
        );
        assert_eq!(switched(&[CODE_REVIEW], Some(&[]), true), [(CODE_REVIEW, false)]);
    }

    #[test]
    fn a_consent_is_given_where_the_flow_is_on() {
        assert_eq!(switched(&[CODE_REVIEW], None, true), [(CODE_REVIEW, true)]);
        assert_eq!(switched(&[], Some(&[CODE_REVIEW]), true), [(CODE_REVIEW, true)]);
        assert!(switched(&[], None, true).is_empty());
    }
}
