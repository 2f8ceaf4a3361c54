//! The configuration of a group: its flows, and on request why an engine would review for a user.

use super::{
    App, Caller, UseCaseError,
    decide_code_review::{Answer, Question, answer},
    load,
    show_group::{GroupFrame, may},
};
use crate::{
    domain::{
        access::Action,
        availability::DuoChain,
        namespace::{GroupPath, Subscription},
        time::Timestamp,
    },
    storage::FlowSelection,
};

#[derive(Debug)]
pub struct Configuration {
    pub frame: GroupFrame,
    pub subscription: Subscription,
    pub chain: DuoChain,
    /// Every flow of the catalogue, as the top-level group has it.
    pub flows: Vec<FlowSelection>,
    /// `None` when nobody was asked about.
    pub explained: Option<Result<Answer, UseCaseError>>,
    pub now: Timestamp,
}

/// With `explain_user`, also which engine would review for them.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn show_configuration(
    app: &App,
    caller: &Caller,
    path: &GroupPath,
    explain_user: Option<&str>,
) -> Result<Configuration, UseCaseError> {
    let mut uow = app.storage.read().await?;
    let loaded = load::namespace(&mut uow, caller, path, Action::ReadSettings).await?;
    let namespace = loaded.namespace;
    let (subscription, chain) = load::top_level(&mut uow, namespace.root).await?;
    let explained = match explain_user {
        None => None,
        Some(username) => {
            let question =
                Question { namespace: namespace.path.clone(), username: username.trim().to_owned() };
            match answer(app, &mut uow, caller, &question, app.now()).await {
                Err(UseCaseError::Storage(error)) => return Err(error.into()),
                other => Some(other),
            }
        }
    };
    Ok(Configuration {
        subscription,
        chain,
        flows: uow.flow_selections().list(namespace.root).await?,
        explained,
        now: app.now(),
        frame: GroupFrame {
            ancestors: uow.namespaces().ancestors(namespace.id).await?,
            may: may(caller, loaded.standing),
            namespace,
        },
    })
}
