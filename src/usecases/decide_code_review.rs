//! Answers "which engine reviews for this user in this namespace?", with its reasons.

use super::{App, Caller, UseCaseError, load};
use crate::{
    domain::{
        access::{Action, Denial},
        code_review::{Decision, Inputs, decide},
        flows::{CODE_REVIEW, Flow},
        namespace::{GroupPath, Namespace},
        time::Timestamp,
        user::User,
    },
    storage::UnitOfWork,
};

/// For whom, where.
#[derive(Clone, Debug)]
pub struct Question {
    pub namespace: GroupPath,
    pub username: String,
}

#[derive(Clone, Debug)]
pub struct Answer {
    pub namespace: Namespace,
    /// Whose settings, seats and consent decided; the namespace itself when it is at the top.
    pub top_level_group: Namespace,
    pub user: User,
    pub decision: Decision,
    pub decided_at: Timestamp,
}

#[tracing::instrument(level = "debug", skip_all)]
pub async fn decide_code_review(
    app: &App,
    caller: &Caller,
    question: &Question,
) -> Result<Answer, UseCaseError> {
    let mut uow = app.storage.read().await?;
    answer(app, &mut uow, caller, question, app.now()).await
}

/// Many answers from one moment; each may fail alone.
///
/// # Errors
/// A token without the scope is refused once, whatever it asks.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn decide_many(
    app: &App,
    caller: &Caller,
    questions: &[Question],
) -> Result<Vec<Result<Answer, UseCaseError>>, UseCaseError> {
    let scope = Action::AskDecision.scope();
    if !caller.actor.has_scope(scope) {
        return Err(Denial::NeedsScope(scope).into());
    }
    let mut uow = app.storage.read().await?;
    let decided_at = app.now();
    let mut answers = Vec::with_capacity(questions.len());
    for question in questions {
        match answer(app, &mut uow, caller, question, decided_at).await {
            Err(UseCaseError::Storage(error)) => return Err(error.into()),
            other => answers.push(other),
        }
    }
    Ok(answers)
}

pub(super) async fn answer(
    app: &App,
    uow: &mut UnitOfWork,
    caller: &Caller,
    question: &Question,
    decided_at: Timestamp,
) -> Result<Answer, UseCaseError> {
    let namespace = load::namespace(uow, caller, &question.namespace, Action::AskDecision).await?.namespace;
    let user =
        uow.users().find_by_username(&question.username).await?.ok_or(UseCaseError::NotFound("user"))?;
    let top_level_group = load::top_level_group(uow, &namespace).await?;
    let (_, chain) = load::top_level(uow, namespace.root).await?;
    let flow = Flow::find(CODE_REVIEW).expect("the catalogue has it");
    let selection = uow.flow_selections().find(namespace.root, flow).await?;
    let seat = uow.memberships().has_seat(namespace.root, user.id).await?;
    let decision = decide(Inputs::new(chain, &selection.state, seat));
    app.tally.code_review(decision.rule).add();
    Ok(Answer { namespace, top_level_group, user, decision, decided_at })
}
