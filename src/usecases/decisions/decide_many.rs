//! A batch of decisions of any kind, from one snapshot.

use super::{
    decide_code_review::{self, Question},
    decide_flow_version,
};
use crate::{
    domain::access::{Action, Denial},
    usecases::{App, Caller, UseCaseError, facts::Facts},
};

/// A decision to make: which, for whom and where.
#[derive(Clone, Debug)]
pub struct DecisionRequest {
    pub about: About,
    pub question: Question,
}

/// The kind of decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// Which engine reviews.
    CodeReview,
    /// Which version of the flow with this reference runs.
    FlowVersion(String),
}

#[derive(Clone, Debug)]
pub enum Decided {
    CodeReview(decide_code_review::CodeReviewAnswer),
    FlowVersion(decide_flow_version::FlowVersionAnswer),
}

/// Answers from one snapshot; each may fail on its own.
///
/// # Errors
/// A token without the scope fails the whole batch.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn decide_many(
    app: &App,
    caller: &Caller,
    asked: &[DecisionRequest],
) -> Result<Vec<Result<Decided, UseCaseError>>, UseCaseError> {
    let scope = Action::AskDecision.scope();
    if !caller.actor.has_scope(scope) {
        return Err(Denial::NeedsScope(scope).into());
    }
    let mut facts = Facts::last_known(app);
    let mut answers = Vec::with_capacity(asked.len());
    for one in asked {
        match answer(&mut facts, caller, one).await {
            Err(UseCaseError::Storage(error)) => return Err(error.into()),
            other => {
                if let Ok(Decided::CodeReview(answer)) = &other {
                    answer.count(app);
                }
                answers.push(other);
            }
        }
    }
    Ok(answers)
}

pub(in crate::usecases) async fn answer(
    facts: &mut Facts<'_>,
    caller: &Caller,
    DecisionRequest { about, question }: &DecisionRequest,
) -> Result<Decided, UseCaseError> {
    Ok(match about {
        About::CodeReview => Decided::CodeReview(decide_code_review::answer(facts, caller, question).await?),
        About::FlowVersion(flow) => {
            Decided::FlowVersion(decide_flow_version::answer(facts, caller, flow, question).await?)
        }
    })
}
