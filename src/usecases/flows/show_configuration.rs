//! Shows the configuration of a group: its flows, and what they depend on.

use crate::{
    domain::{
        access::Action,
        flows::effect::Circumstances,
        namespace::{GroupPath, Subscription},
        time::Timestamp,
    },
    storage::FlowSelection,
    usecases::{
        App, Caller, UseCaseError,
        facts::Facts,
        flags::decision_flags,
        load,
        people::group_frame::{GroupFrame, may},
    },
};

#[derive(Debug)]
pub struct Configuration {
    pub frame: GroupFrame,
    pub subscription: Subscription,
    pub circumstances: Circumstances,
    /// All flows of the catalogue, as set in the top-level group.
    pub flows: Vec<FlowSelection>,
    pub now: Timestamp,
}

#[tracing::instrument(level = "debug", skip_all)]
pub async fn show_configuration(
    app: &App,
    caller: &Caller,
    path: &GroupPath,
) -> Result<Configuration, UseCaseError> {
    let mut facts = Facts::current(app);
    let (place, standing) = load::place(&mut facts, caller, path, Action::ReadSettings).await?;
    let priority = decision_flags::review_priority(&mut facts, place.namespace.root).await?;
    Ok(Configuration {
        circumstances: Circumstances {
            archived: place.archived.is_some(),
            chain: place.chain,
            priority,
            duo_enterprise: place.subscription.duo_enterprise,
        },
        subscription: place.subscription,
        flows: place.flows.clone(),
        now: facts.now(),
        frame: GroupFrame {
            ancestors: place.ancestors.clone(),
            may: may(caller, standing),
            namespace: place.namespace.clone(),
        },
    })
}
