//! What seats mean for reviews, by the same decision that services are told.

use super::{
    App, UseCaseError, What,
    flows::circumstances::circumstances,
    people::change_seats::{SeatChange, SeatsChanged},
};
use crate::domain::{
    flows::{
        catalogue::{CODE_REVIEW, Flow},
        consent::FlowState,
        effect::Circumstances,
    },
    ids::NamespaceId,
};

struct Reviews {
    circumstances: Circumstances,
    state: FlowState,
}

async fn reviews(app: &App, group: NamespaceId) -> Result<Reviews, UseCaseError> {
    let flow = Flow::find(CODE_REVIEW).expect("the catalogue has it");
    let mut uow = app.storage.read().await?;
    let namespace = uow.namespaces().lookup(group).await?;
    let namespace = namespace.ok_or(UseCaseError::NotFound(What::GroupOrProject))?;
    let (_, circumstances) = circumstances(app, &mut uow, &namespace).await?;
    let state = uow.flow_selections().find(group, flow).await?.state;
    Ok(Reviews { circumstances, state })
}

/// Which engine reviews for holders and for others in a top-level group. `None` for the instance, whose seats
/// count in each group.
pub async fn seats_mean(app: &App, group: Option<NamespaceId>) -> Result<Option<String>, UseCaseError> {
    let Some(group) = group else { return Ok(None) };
    let Reviews { circumstances, state } = reviews(app, group).await?;
    Ok(Some(circumstances.reviews(&state)))
}

/// What a change of seats caused; empty when it concerns no decision.
pub async fn consequence(app: &App, done: &SeatsChanged) -> Result<String, UseCaseError> {
    if done.change == SeatChange::Wait || done.changed.is_empty() {
        return Ok(String::new());
    }
    let Some(group) = done.group else {
        return Ok(String::from("It concerns reviews in every top-level group that has Duo Enterprise."));
    };
    let names: Vec<_> = done.changed.iter().filter(|it| !done.covered.contains(it)).cloned().collect();
    if names.is_empty() {
        return Ok(String::from("No change: a seat of the instance counts here as well."));
    }
    let Reviews { circumstances, state } = reviews(app, group).await?;
    Ok(circumstances.seat_changed(&state, done.change == SeatChange::Give, &names))
}
