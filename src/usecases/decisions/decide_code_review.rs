//! Answers "which engine reviews for this user in this namespace?", with its reasons.

use std::sync::Arc;

use crate::{
    domain::{
        access::Action,
        flows::{
            catalogue::{CODE_REVIEW, Flow},
            code_review::{EngineDecision, EngineInputs, decide},
        },
        namespace::GroupPath,
        time::Timestamp,
        user::User,
    },
    usecases::{App, Caller, UseCaseError, What, facts::Facts, flags::decision_flags, load, place::Place},
};

/// For whom, where.
#[derive(Clone, Debug)]
pub struct Question {
    pub namespace: GroupPath,
    pub username: String,
}

#[derive(Clone, Debug)]
pub struct CodeReviewAnswer {
    pub place: Arc<Place>,
    pub user: Arc<User>,
    pub decision: EngineDecision,
    pub decided_at: Timestamp,
    /// Whether the database was out of reach, so that this rests on what was known before.
    pub stale: bool,
}

#[tracing::instrument(level = "debug", skip_all)]
pub async fn decide_code_review(
    app: &App,
    caller: &Caller,
    question: &Question,
) -> Result<CodeReviewAnswer, UseCaseError> {
    answer(&mut Facts::last_known(app), caller, question).await
}

pub(in crate::usecases) async fn answer(
    facts: &mut Facts<'_>,
    caller: &Caller,
    question: &Question,
) -> Result<CodeReviewAnswer, UseCaseError> {
    let (place, _) = load::place(facts, caller, &question.namespace, Action::AskDecision).await?;
    let user = facts.user(&question.username).await?.ok_or(UseCaseError::NotFound(What::User))?;
    let flow = Flow::find(CODE_REVIEW).expect("the catalogue has it");
    let selection = place.flow(flow).expect("a place has every flow of the catalogue");
    let seat = facts.has_seat(place.namespace.root, user.id).await?;
    let priority = decision_flags::review_priority(facts, place.namespace.root).await?;
    let decision = decide(EngineInputs::new(place.chain, &selection.state, priority, seat));
    facts.tally().code_review(decision.rule).add();
    if facts.stale() {
        facts.tally().stale_decisions.add();
    }
    Ok(CodeReviewAnswer { decision, decided_at: facts.now(), stale: facts.stale(), place, user })
}
