//! A flow's state in a top-level group, and its transitions together with consent.

use serde::{Deserialize, Serialize};

use super::{catalogue::Flow, wording::WordingId};
use crate::domain::{ids::ConsentId, keyed::keyed_enum, time::Timestamp};

/// The current consent, with the names from when it was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentGiven {
    pub id: ConsentId,
    pub by_username: String,
    pub by_name: String,
    pub at: Timestamp,
}

/// GitLab's key for the consent to the Code Review Flow.
pub const CODE_REVIEW_FEATURE: &str = "code_review_flow_dap_routing";

keyed_enum! {
    /// The action that a row of the consent ledger records.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum LedgerAction {
        Given = "given",
        Withdrawn = "withdrawn",
    }
}

/// The consent of a flow that is on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consent {
    /// The flow needs none.
    NotRequired,
    /// Transitional: on since before consent was asked for.
    Missing,
    Given(ConsentGiven),
}

/// A flow's state. Consent exists only while the flow is on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlowState {
    Off,
    On(Consent),
}

impl FlowState {
    /// From the stored setting and the current consent.
    pub fn new(flow: &Flow, enabled: bool, given: Option<ConsentGiven>) -> Self {
        match (enabled, flow.needs_consent, given) {
            (false, ..) => Self::Off,
            (true, false, _) => Self::On(Consent::NotRequired),
            (true, true, None) => Self::On(Consent::Missing),
            (true, true, Some(given)) => Self::On(Consent::Given(given)),
        }
    }

    pub const fn is_on(&self) -> bool {
        matches!(self, Self::On(_))
    }

    pub const fn consent(&self) -> Option<&ConsentGiven> {
        match self {
            Self::On(Consent::Given(given)) => Some(given),
            _ => None,
        }
    }

    /// On without the consent that the flow needs.
    pub const fn is_transitional(&self) -> bool {
        matches!(self, Self::On(Consent::Missing))
    }
}

/// A requested change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FlowSwitch {
    TurnOff,
    /// With the wording that the dialog showed, if it did.
    TurnOn {
        confirmed: Option<WordingId>,
    },
}

/// What to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transition {
    /// Already in the requested state: nothing to write.
    Unchanged,
    TurnedOn,
    TurnedOff,
    TurnedOnWithConsent,
    /// It was on, transitional, and now has consent.
    ConsentGiven,
    TurnedOffConsentWithdrawn,
}

impl Transition {
    /// The action for the consent ledger; `None` when it gets no row.
    pub const fn ledger_action(self) -> Option<LedgerAction> {
        match self {
            Self::TurnedOnWithConsent | Self::ConsentGiven => Some(LedgerAction::Given),
            Self::TurnedOffConsentWithdrawn => Some(LedgerAction::Withdrawn),
            Self::Unchanged | Self::TurnedOn | Self::TurnedOff => None,
        }
    }

    pub const fn is_on_after(self, before: bool) -> bool {
        match self {
            Self::Unchanged => before,
            Self::TurnedOn | Self::TurnedOnWithConsent | Self::ConsentGiven => true,
            Self::TurnedOff | Self::TurnedOffConsentWithdrawn => false,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConsentError {
    #[error("turning this flow on needs consent to the current wording")]
    Required,
    #[error("the wording that was confirmed is not the current one")]
    Outdated,
}

/// The transition that `change` causes for a flow in `state`.
///
/// # Errors
/// A flow that needs consent cannot be turned on without confirming the `current` wording.
pub fn decide(
    flow: &Flow,
    state: &FlowState,
    change: &FlowSwitch,
    current: &WordingId,
) -> Result<Transition, ConsentError> {
    match (change, state) {
        (FlowSwitch::TurnOff, FlowState::Off)
        | (FlowSwitch::TurnOn { .. }, FlowState::On(Consent::Given(_) | Consent::NotRequired)) => {
            Ok(Transition::Unchanged)
        }
        (FlowSwitch::TurnOff, FlowState::On(Consent::Given(_))) => Ok(Transition::TurnedOffConsentWithdrawn),
        (FlowSwitch::TurnOff, FlowState::On(_)) => Ok(Transition::TurnedOff),
        (FlowSwitch::TurnOn { .. }, FlowState::Off) if !flow.needs_consent => Ok(Transition::TurnedOn),
        (FlowSwitch::TurnOn { confirmed }, FlowState::Off | FlowState::On(Consent::Missing)) => {
            match confirmed {
                None => Err(ConsentError::Required),
                Some(wording) if wording != current => Err(ConsentError::Outdated),
                Some(_) if state.is_on() => Ok(Transition::ConsentGiven),
                Some(_) => Ok(Transition::TurnedOnWithConsent),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::flows::{catalogue::CATALOGUE, wording::CODE_REVIEW_WORDING};

    fn given(by: &str) -> FlowState {
        FlowState::On(Consent::Given(ConsentGiven {
            id: ConsentId(1),
            by_username: by.into(),
            by_name: by.into(),
            at: Timestamp::from_millis(0),
        }))
    }

    fn code_review() -> &'static Flow {
        &CATALOGUE[0]
    }

    #[test]
    fn the_table_of_transitions() {
        let current = CODE_REVIEW_WORDING.id();
        let confirm = || FlowSwitch::TurnOn { confirmed: Some(current.clone()) };
        let bare = || FlowSwitch::TurnOn { confirmed: None };
        let old = || FlowSwitch::TurnOn { confirmed: Some(WordingId::from_text("0-beef")) };
        let missing = || FlowState::On(Consent::Missing);
        let code_review_flow = code_review();
        let table = [
            (FlowState::Off, confirm(), Ok(Transition::TurnedOnWithConsent)),
            (FlowState::Off, bare(), Err(ConsentError::Required)),
            (FlowState::Off, old(), Err(ConsentError::Outdated)),
            (FlowState::Off, FlowSwitch::TurnOff, Ok(Transition::Unchanged)),
            (missing(), confirm(), Ok(Transition::ConsentGiven)),
            (missing(), bare(), Err(ConsentError::Required)),
            (missing(), old(), Err(ConsentError::Outdated)),
            (missing(), FlowSwitch::TurnOff, Ok(Transition::TurnedOff)),
            (given("ann"), confirm(), Ok(Transition::Unchanged)),
            (given("ann"), bare(), Ok(Transition::Unchanged)),
            (given("ann"), FlowSwitch::TurnOff, Ok(Transition::TurnedOffConsentWithdrawn)),
        ];
        for (state, change, expected) in table {
            assert_eq!(decide(code_review_flow, &state, &change, &current), expected, "{state:?} {change:?}");
        }
    }

    #[test]
    fn a_flow_that_needs_no_consent_is_turned_on_without() {
        let current = CODE_REVIEW_WORDING.id();
        let flow = &CATALOGUE[1];
        let on = FlowState::On(Consent::NotRequired);
        let turn_on = FlowSwitch::TurnOn { confirmed: None };
        assert_eq!(decide(flow, &FlowState::Off, &turn_on, &current), Ok(Transition::TurnedOn));
        assert_eq!(decide(flow, &on, &turn_on, &current), Ok(Transition::Unchanged));
        assert_eq!(decide(flow, &on, &FlowSwitch::TurnOff, &current), Ok(Transition::TurnedOff));
    }

    /// A step in the property test below.
    #[derive(Clone, Debug)]
    enum Step {
        On,
        OnOutdated,
        Confirm,
        /// The dialog was closed; nothing is sent.
        Cancel,
        Off,
    }

    fn step() -> impl Strategy<Value = (usize, Step)> {
        let step = prop_oneof![
            Just(Step::On),
            Just(Step::OnOutdated),
            Just(Step::Confirm),
            Just(Step::Cancel),
            Just(Step::Off)
        ];
        (0..2_usize, step)
    }

    proptest! {
        /// Two owners act in any order: consent always belongs to whoever confirmed last while it was
        /// missing, never outlives the flow, and the ledger balances.
        #[test]
        fn consent_follows_what_the_owners_did(
            steps in prop::collection::vec(step(), 0..60),
            transitional in any::<bool>(),
        ) {
            let owners = ["ann", "bob"];
            let current = CODE_REVIEW_WORDING.id();
            let mut state = if transitional { FlowState::On(Consent::Missing) } else { FlowState::Off };
            let (mut gave, mut withdrew) = (0, 0);
            for (who, step) in steps {
                let change = match step {
                    Step::Cancel => continue,
                    Step::Off => FlowSwitch::TurnOff,
                    Step::On => FlowSwitch::TurnOn { confirmed: None },
                    Step::OnOutdated => FlowSwitch::TurnOn { confirmed: Some(WordingId::from_text("0-00")) },
                    Step::Confirm => FlowSwitch::TurnOn { confirmed: Some(current.clone()) },
                };
                let before = state.clone();
                match decide(code_review(), &state, &change, &current) {
                    Err(_) => {
                        prop_assert!(matches!(step, Step::On | Step::OnOutdated));
                        prop_assert!(before.consent().is_none());
                    }
                    Ok(transition) => {
                        gave += i32::from(transition.ledger_action() == Some(LedgerAction::Given));
                        withdrew += i32::from(transition.ledger_action() == Some(LedgerAction::Withdrawn));
                        state = match transition {
                            Transition::Unchanged => before.clone(),
                            t if t.ledger_action() == Some(LedgerAction::Given) => given(owners[who]),
                            t if t.is_on_after(before.is_on()) => unreachable!("on without consent"),
                            _ => FlowState::Off,
                        };
                    }
                }
                match step {
                    Step::Confirm => prop_assert!(state.consent().is_some()),
                    Step::Off => prop_assert_eq!(&state, &FlowState::Off),
                    _ => prop_assert_eq!(&state, &before),
                }
                if let (Some(old), Some(new)) = (before.consent(), state.consent()) {
                    prop_assert_eq!(old, new, "a standing consent is never replaced");
                }
                prop_assert_eq!(gave - withdrew, i32::from(state.consent().is_some()));
            }
        }
    }
}
