//! Decides which engine reviews for a user in a namespace, with an explanation.

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
    storage::StorageError,
    usecases::{App, Caller, UseCaseError, What, facts::Facts, flags::decision_flags, load, place::Place},
};

/// For whom, and where.
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
    /// Whether it was answered from the cache while the database was out of reach.
    pub stale: bool,
}

#[tracing::instrument(level = "debug", skip_all)]
pub async fn decide_code_review(
    app: &App,
    caller: &Caller,
    question: &Question,
) -> Result<CodeReviewAnswer, UseCaseError> {
    let answer = answer(&mut Facts::last_known(app), caller, question).await?;
    answer.count(app);
    Ok(answer)
}

impl CodeReviewAnswer {
    /// Counts the decision as one that was asked for. Those that a page explains are not.
    pub(super) fn count(&self, app: &App) {
        app.tally.decisions.add(self.decided_at.day(), self.place.namespace.root, self.decision.rule);
    }
}

pub(in crate::usecases) async fn answer(
    facts: &mut Facts<'_>,
    caller: &Caller,
    question: &Question,
) -> Result<CodeReviewAnswer, UseCaseError> {
    let (place, _) =
        load::place(facts, caller, &question.namespace, action(caller, &question.username)).await?;
    let user = facts.user(&question.username).await?.ok_or(UseCaseError::NotFound(What::User))?;
    let decision = engine(facts, &place, &user).await?;
    facts.tally().code_review(decision.rule).add();
    if facts.stale() {
        facts.tally().stale_decisions.add();
    }
    Ok(CodeReviewAnswer { decision, decided_at: facts.now(), stale: facts.stale(), place, user })
}

/// What a caller needs to ask for a decision about this user: less when it is about themselves.
pub(super) fn action(caller: &Caller, username: &str) -> Action {
    if caller.actor.username.eq_ignore_ascii_case(username) {
        Action::AskOwnDecision
    } else {
        Action::AskDecision
    }
}

/// Which engine reviews for a user, without counting it as asked for.
pub(in crate::usecases) async fn engine(
    facts: &mut Facts<'_>,
    place: &Place,
    user: &User,
) -> Result<EngineDecision, StorageError> {
    let flow = Flow::find(CODE_REVIEW).expect("the catalogue has it");
    let selection = place.flow(flow).expect("a place has every flow of the catalogue");
    let seat = facts.has_seat(place.namespace.root, user.id).await?;
    let priority = decision_flags::review_priority(facts, place.namespace.root).await?;
    let archived = place.archived.is_some();
    let inputs = EngineInputs::new(archived, place.chain, &selection.state, priority, seat);
    Ok(decide(EngineInputs { blocked: user.is_blocked(), ..inputs }))
}
