//! The state of a flow, as its page and island show it.

use serde::{Deserialize, Serialize};

use crate::domain::moment::Moment;

/// The state of a flow in a group, formatted for one visitor.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FlowStatus {
    pub enabled: bool,
    pub consent: ConsentStatus,
    /// What the current state means in practice; empty where the checkbox says it all.
    pub effect: String,
    /// Whether something keeps the flow from its promised effect; `effect` says what.
    pub hindered: bool,
    /// For optimistic locking: a form sends it back.
    pub version: i64,
    /// Who last switched it; `None` when nobody has.
    pub changed: Option<By>,
    /// The consequence of the last change, empty where `effect` shows it.
    pub consequence: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentStatus {
    /// The flow is off or needs no consent.
    None,
    /// On without consent: transitional.
    Missing,
    Given(By),
}

/// Who made a change, and when.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct By {
    pub by: String,
    pub at: Moment,
}

#[cfg(feature = "ssr")]
impl FlowStatus {
    /// The status of `selection`, with times in this format.
    pub fn new(
        selection: &crate::usecases::FlowSelection,
        circumstances: &crate::domain::flows::effect::Circumstances,
        now: crate::domain::time::Timestamp,
        format: crate::domain::preferences::TimeFormat,
    ) -> Self {
        use crate::domain::flows::consent::{Consent, FlowState};

        let effect = circumstances.effect(selection.flow, &selection.state);
        let by = |by: &str, at| By { by: by.to_owned(), at: Moment::new(at, now, format) };
        Self {
            enabled: selection.state.is_on(),
            consent: match &selection.state {
                FlowState::Off | FlowState::On(Consent::NotRequired) => ConsentStatus::None,
                FlowState::On(Consent::Missing) => ConsentStatus::Missing,
                FlowState::On(Consent::Given(given)) => ConsentStatus::Given(by(&given.by_name, given.at)),
            },
            effect: effect.words,
            hindered: effect.hindrance.is_some(),
            version: selection.version,
            changed: selection.changed.as_ref().map(|changed| by(&changed.by_name, changed.at)),
            consequence: String::new(),
        }
    }
}
