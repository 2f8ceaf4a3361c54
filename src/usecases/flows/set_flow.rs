//! Turns a foundational flow of a top-level group on or off, and records consent if it needs it.

use super::circumstances::subscription;
use crate::{
    domain::{
        access::{Access, Action, HeldRole, can},
        audit::AuditKind,
        error_kind::ErrorKind,
        flows::{
            catalogue::{Flow, Obstacle},
            consent::{self, ConsentError, ConsentGiven, FlowState, FlowSwitch, LedgerAction, Transition},
            effect::Circumstances,
            wording::{CODE_REVIEW_WORDING, WordingId},
        },
        namespace::{GroupPath, Namespace},
        time::Timestamp,
    },
    storage::{FlowSelection, LastChange, NewLedgerEntry, StorageError, UnitOfWork},
    usecases::{
        App, Caller, UseCaseError, What,
        audit_trail::{Happened, record},
        facts::Facts,
        flags::decision_flags,
        fresh_sign_in::require_fresh,
        load,
        people::archived::Archived,
    },
};

pub struct SetFlow {
    pub group: GroupPath,
    /// The flow's reference.
    pub flow: String,
    pub enabled: bool,
    /// The wording that was confirmed; `None` without a dialog.
    pub confirmed: Option<WordingId>,
    /// The version of the selection that the caller saw, for optimistic locking.
    pub seen_version: i64,
}

/// A flow's state and its circumstances.
#[derive(Debug)]
pub struct FlowNow {
    pub selection: FlowSelection,
    pub circumstances: Circumstances,
}

/// The state after the change, and the transition.
#[derive(Debug)]
pub struct FlowSet {
    pub now: FlowNow,
    pub transition: Transition,
    /// Why the flow could not be turned on again; `None` when it could.
    pub obstacle: Option<Obstacle>,
}

/// Why a flow was not switched.
#[derive(Debug, thiserror::Error)]
pub enum SetFlowError {
    /// Another change was first; this is the current state.
    #[error("Somebody else switched this flow first.")]
    Conflict(Box<FlowNow>),
    #[error(transparent)]
    Consent(#[from] ConsentError),
    #[error("Flows are turned on and off in the top-level group, for all below it.")]
    NotTopLevel,
    /// Why it cannot be turned on.
    #[error("{0}")]
    Obstacle(Obstacle),
    /// An error that any use case may return.
    #[error(transparent)]
    Refused(#[from] UseCaseError),
}

impl SetFlowError {
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Conflict(_) => ErrorKind::Conflict,
            Self::Consent(ConsentError::Required) => ErrorKind::ConsentRequired,
            Self::Consent(ConsentError::Outdated) => ErrorKind::ConsentOutdated,
            Self::NotTopLevel | Self::Obstacle(_) => ErrorKind::Invalid,
            Self::Refused(error) => error.kind(),
        }
    }

    /// The field of the request that is at fault.
    pub const fn field(&self) -> &'static str {
        match self {
            Self::Conflict(_) => "version",
            Self::Consent(ConsentError::Required) => "consent",
            Self::Consent(ConsentError::Outdated) => "consent.wording",
            Self::NotTopLevel => "namespace",
            Self::Obstacle(_) | Self::Refused(_) => "enabled",
        }
    }
}

impl From<StorageError> for SetFlowError {
    fn from(error: StorageError) -> Self {
        Self::Refused(error.into())
    }
}

/// # Errors
/// Besides errors of access: subgroups and projects have no selection of their own; a flow cannot be turned
/// on without the subscription's tier, or below a level that is off; consent is missing or outdated; another
/// change was first.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn set_flow(app: &App, caller: &Caller, command: SetFlow) -> Result<FlowSet, SetFlowError> {
    let flow = Flow::find(&command.flow).ok_or(UseCaseError::NotFound(What::Flow))?;
    let mut uow = app.storage.begin().await?;
    let loaded = load::namespace(&mut uow, caller, &command.group, Action::ChangeFlows, app.now()).await?;
    let group = &loaded.namespace;
    if !group.is_top_level() {
        return Err(SetFlowError::NotTopLevel);
    }

    let subscription = subscription(&mut uow, group.id).await?;
    let chain = uow.inherited_settings().effective(group.id).await?.chain();
    // Only reported, not decisive, so cached facts suffice.
    let priority = decision_flags::review_priority(&mut Facts::current(app), group.id).await?;
    let archived = uow.namespaces().archived(group.id).await?;
    let circumstances = Circumstances {
        archived: archived.is_some(),
        chain,
        priority,
        duo_enterprise: subscription.duo_enterprise,
    };
    let obstacle = flow.obstacle(subscription.tier, circumstances.chain);
    let as_it_is = |selection| FlowNow { selection, circumstances };
    let before = uow.flow_selections().find(group.id, flow).await?;
    let change = if command.enabled {
        FlowSwitch::TurnOn { confirmed: command.confirmed }
    } else {
        FlowSwitch::TurnOff
    };
    let wording = CODE_REVIEW_WORDING.id();
    if command.enabled && flow.needs_consent {
        may_consent(caller, &loaded)?;
    }
    let transition = consent::decide(flow, &before.state, &change, &wording);
    if transition == Ok(Transition::Unchanged) {
        return Ok(FlowSet { now: as_it_is(before), transition: Transition::Unchanged, obstacle });
    }
    if let Some(path) = archived {
        return Err(UseCaseError::from(Archived(path)).into());
    }
    if command.seen_version != before.version {
        return Err(SetFlowError::Conflict(Box::new(as_it_is(before))));
    }
    if command.enabled
        && let Some(obstacle) = obstacle
    {
        return Err(SetFlowError::Obstacle(obstacle));
    }
    let transition = transition?;
    if transition.ledger_action() == Some(LedgerAction::Given) {
        require_fresh(app, caller)?;
    }

    let now = app.now();
    let written = write(
        app,
        &mut uow,
        caller,
        now,
        Write { group, flow, before: &before, transition, held: loaded.held, wording: &wording },
    )
    .await;
    let selection = match written {
        Err(StorageError::Stale) => {
            drop(uow);
            let current = app.storage.read().await?.flow_selections().find(group.id, flow).await?;
            return Err(SetFlowError::Conflict(Box::new(as_it_is(current))));
        }
        other => other?,
    };
    uow.commit().await?;
    if let Some(action) = transition.ledger_action() {
        app.tally.consent(action);
    }
    Ok(FlowSet { now: as_it_is(selection), transition, obstacle })
}

fn may_consent(caller: &Caller, loaded: &load::Loaded) -> Result<(), UseCaseError> {
    match can(&caller.actor, Action::GiveConsent, loaded.standing) {
        Access::Granted(_) => Ok(()),
        Access::Denied(denial) => Err(denial.into()),
        Access::Hidden => Err(UseCaseError::NotFound(What::GroupOrProject)),
    }
}

/// What to write.
pub(in crate::usecases) struct Write<'a> {
    pub group: &'a Namespace,
    pub flow: &'static Flow,
    pub before: &'a FlowSelection,
    pub transition: Transition,
    pub held: HeldRole,
    pub wording: &'a WordingId,
}

/// Writes the selection, the consent and the audit events in one unit of work, and returns the new state. The
/// selection comes first: its version locks out concurrent changes.
pub(in crate::usecases) async fn write(
    app: &App,
    uow: &mut UnitOfWork,
    caller: &Caller,
    now: Timestamp,
    Write { group, flow, before, transition, held, wording }: Write<'_>,
) -> Result<FlowSelection, StorageError> {
    let was_on = before.state.is_on();
    let is_on = transition.is_on_after(was_on);
    let change = LastChange {
        at: now,
        by_username: caller.actor.username.clone(),
        by_name: caller.actor.name.clone(),
    };
    let version = uow.flow_selections().save(group.id, flow, is_on, &change, before.version).await?;
    let mut given = before.state.consent().cloned();
    let event = |kind, from: &str, to: &str| Happened {
        namespace: Some(group),
        from: from.to_owned(),
        to: to.to_owned(),
        ..Happened::to(kind, flow.reference)
    };
    if was_on != is_on {
        let happened = if is_on {
            event(AuditKind::FlowEnabled, "off", "on")
        } else {
            event(AuditKind::FlowDisabled, "on", "off")
        };
        record(app, uow, caller, happened);
    }
    if let Some(action) = transition.ledger_action() {
        let entry = NewLedgerEntry {
            at: now,
            action,
            namespace: group,
            actor: &caller.actor,
            surface: caller.origin.surface,
            role: held,
            wording,
            request_id: &caller.origin.request_id,
        };
        let id = uow.consents().record(&entry).await?;
        let happened = match action {
            LedgerAction::Given => {
                let (by_username, by_name) = (change.by_username.clone(), change.by_name.clone());
                given = Some(ConsentGiven { id, by_username, by_name, at: now });
                event(AuditKind::ConsentGiven, "", wording.as_str())
            }
            LedgerAction::Withdrawn => {
                given = None;
                event(AuditKind::ConsentWithdrawn, wording.as_str(), "")
            }
        };
        record(app, uow, caller, happened);
    }
    Ok(FlowSelection { flow, state: FlowState::new(flow, is_on, given), version, changed: Some(change) })
}
