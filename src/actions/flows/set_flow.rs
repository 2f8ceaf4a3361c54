//! Turning a foundational flow on or off.

use leptos::prelude::*;

use crate::actions::error::ActionError;

pub use super::flow_status::{By, ConsentStatus, FlowStatus};

/// The server function's URL, which is also the `action` of the forms.
pub const ADDRESS: &str = "/actions/set_flow";

/// Switches `flow` in `group`, if its state is still at `version`. `consent_wording` is the id of the
/// wording that was confirmed; without it a flow that needs consent stays off, and a form is redirected to
/// the dialog.
#[server(prefix = "/actions", endpoint = "set_flow")]
pub async fn set_flow(
    group: String,
    flow: String,
    #[server(default)] enabled: bool,
    version: i64,
    #[server(default)] consent_wording: Option<String>,
) -> Result<FlowStatus, ActionError> {
    use crate::{
        actions::{
            flash::Outcome,
            support::{Next, call},
        },
        domain::{
            flows::{catalogue::Flow, wording::WordingId},
            namespace::GroupPath,
            paths::{self, GroupPage},
        },
        usecases::{
            self,
            flows::set_flow::{FlowNow, SetFlowError},
        },
    };

    let group = GroupPath::parse(&group).map_err(|_| {
        crate::actions::support::set_status(&ActionError::NotFound);
        ActionError::NotFound
    })?;
    let page = GroupPage::Configuration.path(&group);
    let call = call(&page)?;
    let command = usecases::flows::set_flow::SetFlow {
        group: group.clone(),
        flow: flow.clone(),
        enabled,
        confirmed: consent_wording.map(WordingId::from_text),
        seen_version: version,
    };
    let set = usecases::flows::set_flow::set_flow(&call.app, &call.signed_in.caller, command).await;
    let (now, format) = (call.app.now(), call.signed_in.display.time_format);
    let standing = |it: &FlowNow| FlowStatus::new(&it.selection, &it.circumstances, now, format);
    let status = set.map_err(|error| match error {
        SetFlowError::Conflict(as_it_is) => ActionError::Conflict(Box::new(standing(&as_it_is))),
        SetFlowError::Refused(error) => error.into(),
        error => ActionError::of(error.kind(), Some(error.field()), error.to_string()),
    });
    let status = status.map(|usecases::flows::set_flow::FlowSet { now: flow_now, transition, .. }| {
        let (selection, circumstances) = (&flow_now.selection, &flow_now.circumstances);
        FlowStatus {
            consequence: circumstances.consequence(selection.flow, &selection.state, transition),
            ..standing(&flow_now)
        }
    });
    // A form returns to the row of its flow. The flow's name is user input of any length, and the flash has
    // to fit into a cookie, so only known flows become its subject.
    let (row, subject) = match Flow::find(&flow) {
        Some(flow) => (format!("{page}#{}", flow.html_id()), flow.reference),
        None => (page.clone(), "flow"),
    };
    call.hand_on(subject, status, |result| match result {
        // After re-authentication the user returns to the dialog.
        Err(ActionError::ConsentRequired | ActionError::ConfirmSignIn) => {
            Next::Silently(paths::configuration_confirming(&group, &flow))
        }
        Err(error) => Next::Page(row, Outcome::Failed(error.clone())),
        Ok(status) => Next::Page(row, Outcome::FlowSet { consequence: status.consequence.clone() }),
    })
}
