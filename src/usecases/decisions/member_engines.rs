//! Which engine reviews for the members of a group or project: with a seat, and without.

use crate::{
    domain::{
        access::Action,
        flows::{
            catalogue::{CODE_REVIEW, Flow},
            code_review::{Engine, EngineInputs, decide},
        },
        namespace::GroupPath,
    },
    usecases::{App, Caller, UseCaseError, facts::Facts, flags::decision_flags, load},
};

/// The seat is all in which members differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemberEngines {
    pub with_seat: Engine,
    pub without_seat: Engine,
}

/// `None` when the caller may not ask for decisions.
pub async fn member_engines(
    app: &App,
    caller: &Caller,
    path: &GroupPath,
) -> Result<Option<MemberEngines>, UseCaseError> {
    engines(&mut Facts::current(app), caller, path).await
}

async fn engines(
    facts: &mut Facts<'_>,
    caller: &Caller,
    path: &GroupPath,
) -> Result<Option<MemberEngines>, UseCaseError> {
    let place = match load::place(facts, caller, path, Action::AskDecision).await {
        Ok((place, _)) => place,
        Err(UseCaseError::Denied(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    let flow = Flow::find(CODE_REVIEW).expect("the catalogue has it");
    let selection = place.flow(flow).expect("a place has every flow of the catalogue");
    let priority = decision_flags::review_priority(facts, place.namespace.root).await?;
    let archived = place.archived.is_some();
    let engine =
        |seat| decide(EngineInputs::new(archived, place.chain, &selection.state, priority, seat)).engine;
    Ok(Some(MemberEngines { with_seat: engine(true), without_seat: engine(false) }))
}
