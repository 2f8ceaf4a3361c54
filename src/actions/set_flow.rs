//! Turning a foundational flow on or off.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::error::ActionError;
use crate::domain::moment::Moment;

/// Where the forms post to.
pub const ADDRESS: &str = "/actions/set_flow";

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
        circumstances: &crate::domain::effect::Circumstances,
        now: crate::domain::time::Timestamp,
        format: crate::domain::preferences::TimeFormat,
    ) -> Self {
        use crate::domain::consent::{Consent, FlowState};

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

/// Switches `flow` in `group`, whose state was seen at `version`. `consent_wording` says which
/// wording the dialog showed; without it a flow that needs consent is not turned on, and a form is
/// led to the dialog.
#[server(prefix = "/actions", endpoint = "set_flow")]
pub async fn set_flow(
    group: String,
    flow: String,
    #[server(default)] enabled: bool,
    version: i64,
    #[server(default)] consent_wording: Option<String>,
) -> Result<FlowStatus, ActionError> {
    use super::{
        flash::Outcome,
        support::{Next, call},
    };
    use crate::{
        domain::{
            flows::Flow,
            namespace::GroupPath,
            paths::{self, GroupPage},
            wording::WordingId,
        },
        usecases,
    };

    let group = GroupPath::parse(&group).map_err(|_| {
        super::support::set_status(&ActionError::NotFound);
        ActionError::NotFound
    })?;
    let page = GroupPage::Configuration.path(&group);
    let call = call(&page)?;
    let command = usecases::set_flow::SetFlow {
        group: group.clone(),
        flow: flow.clone(),
        enabled,
        confirmed: consent_wording.map(WordingId::from_text),
        seen_version: version,
    };
    let set = usecases::set_flow::set_flow(&call.app, &call.signed_in.caller, command).await;
    let (now, format) = (call.app.now(), call.signed_in.display.time_format);
    let status = set.map(|usecases::set_flow::FlowSet { now: flow_now, transition, .. }| {
        let (selection, circumstances) = (&flow_now.selection, &flow_now.circumstances);
        FlowStatus {
            consequence: circumstances.consequence(selection.flow, &selection.state, transition),
            ..FlowStatus::new(selection, circumstances, now, format)
        }
    });
    // A form comes back to the row that it was about. What it said may be anything, of any length; the
    // flash has to fit into a cookie.
    let (row, subject) = match Flow::find(&flow) {
        Some(flow) => (format!("{page}#{}", flow.html_id()), flow.reference),
        None => (page.clone(), "flow"),
    };
    call.answer(subject, status, |result| match result {
        // Whoever has to confirm who they are first comes back to the dialog.
        Err(ActionError::ConsentRequired | ActionError::ConfirmSignIn) => {
            Next::Silently(paths::configuration_confirming(&group, &flow))
        }
        Err(error) => Next::Page(row, Outcome::Failed(error.clone())),
        Ok(status) => Next::Page(row, Outcome::FlowSet { consequence: status.consequence.clone() }),
    })
}
