//! A flow's state as a page and its island show it.

use serde::{Deserialize, Serialize};

use crate::domain::moment::Moment;

/// A flow's state as a page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FlowStatus {
    pub enabled: bool,
    pub consent: ConsentStatus,
    /// What being on comes to; empty where the checkbox says it all.
    pub effect: String,
    /// Whether something keeps it from doing what being on promises. The words say what.
    pub hindered: bool,
    /// What a form has to say to change it.
    pub version: i64,
    /// `None` while it was never switched.
    pub changed: Option<By>,
    /// What came of switching it, where nothing else says it.
    pub consequence: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentStatus {
    /// The flow is off, or needs none.
    None,
    /// On, transitional.
    Missing,
    Given(By),
}

/// Who did something, and when.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct By {
    pub by: String,
    pub at: Moment,
}

#[cfg(feature = "ssr")]
impl FlowStatus {
    /// A selection as somebody with this time format reads it.
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
