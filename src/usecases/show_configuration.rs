//! The configuration of a group: its flows, and on request what would run for a user, and why.

use super::{
    App, Caller, UseCaseError,
    decide_code_review::Question,
    decide_many::{About, Asked, Decided, answer},
    facts::Facts,
    flags, load,
    show_group::{GroupFrame, may},
};
use crate::{
    domain::{
        access::Action,
        effect::Circumstances,
        namespace::{GroupPath, Subscription},
        time::Timestamp,
    },
    storage::FlowSelection,
};

#[derive(Debug)]
pub struct Configuration {
    pub frame: GroupFrame,
    pub subscription: Subscription,
    pub circumstances: Circumstances,
    /// Every flow of the catalogue, as the top-level group has it.
    pub flows: Vec<FlowSelection>,
    /// `None` when nobody was asked about.
    pub explained: Option<Result<Decided, UseCaseError>>,
    pub now: Timestamp,
}

/// With `explain`, also what would be decided about this for the user of this name.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn show_configuration(
    app: &App,
    caller: &Caller,
    path: &GroupPath,
    explain: Option<(About, &str)>,
) -> Result<Configuration, UseCaseError> {
    let mut facts = Facts::current(app);
    let (place, standing) = load::place(&mut facts, caller, path, Action::ReadSettings).await?;
    let explained = match explain {
        None => None,
        Some((about, username)) => {
            let question =
                Question { namespace: place.namespace.path.clone(), username: username.trim().to_owned() };
            match answer(&mut facts, caller, &Asked { about, question }).await {
                Err(UseCaseError::Storage(error)) => return Err(error.into()),
                other => Some(other),
            }
        }
    };
    let priority = flags::review_priority(&mut facts, place.namespace.root).await?;
    Ok(Configuration {
        circumstances: Circumstances {
            chain: place.chain,
            priority,
            duo_enterprise: place.subscription.duo_enterprise,
        },
        subscription: place.subscription,
        flows: place.flows.clone(),
        explained,
        now: facts.now(),
        frame: GroupFrame {
            ancestors: place.ancestors.clone(),
            may: may(caller, standing),
            namespace: place.namespace.clone(),
        },
    })
}
