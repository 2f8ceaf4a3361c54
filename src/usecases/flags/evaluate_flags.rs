//! Evaluates feature flags for a subject that a service names, in this server's environment: one flag, or all
//! of them consistently. Usually without a query.

use std::sync::Arc;

use super::{
    decision_flags::actor,
    evaluate_flag::{dice, evaluate, feature_groups},
};
use crate::{
    domain::{
        access::{Access, Action, Denial, can},
        flags::{Evaluation, EvaluationContext, FlagActor, Gates, Percentage},
        namespace::{GroupPath, NamespaceKind},
        token::Scope,
        user::check_username,
    },
    usecases::{App, CachedFlag, Caller, FlagSet, UseCaseError, facts::Facts, load},
};

/// The subject of an evaluation: properties by name; the targeting key may name any kind of actor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// `ann`, `user:ann`, `group:acme`, `project:acme/website`; `User:1`, `Group:2`, `Project:3`. An unknown
    /// name is an actor that no gate names.
    pub targeting_key: Option<String>,
    pub user: Option<String>,
    pub group: Option<String>,
    pub project: Option<String>,
}

/// Why a flag cannot be evaluated.
#[derive(Debug)]
pub enum NoEvaluation {
    UnknownFlag,
    /// The answer depends on the subject, and it is empty.
    NobodyNamed,
    /// This property of the subject names nobody whom the caller may ask about.
    NobodyKnown(&'static str),
    Refused(UseCaseError),
}

impl<E: Into<UseCaseError>> From<E> for NoEvaluation {
    fn from(error: E) -> Self {
        Self::Refused(error.into())
    }
}

/// The result of one flag of many; `None` when it depends on the subject, and that is empty.
pub type FlagAnswer = Option<Answered>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answered {
    pub evaluation: Evaluation,
    /// Whether the answer is the same for every subject and every time, so that it can be cached.
    pub same_for_all: bool,
}

/// All flags, evaluated consistently.
#[derive(Clone, Debug)]
pub struct AllEvaluated {
    pub set: Arc<FlagSet>,
    /// In the order of `set`.
    pub outcomes: Vec<FlagAnswer>,
}

/// Evaluates one flag. Requires the scope `read_decisions`.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn evaluate_one(
    app: &App,
    caller: &Caller,
    flag: &str,
    subject: &Subject,
) -> Result<Answered, NoEvaluation> {
    may_evaluate(caller)?;
    let mut facts = Facts::last_known(app);
    let flag = facts.flag(flag).await?;
    if !flag.is_known() {
        return Err(NoEvaluation::UnknownFlag);
    }
    let (actors, somebody) = actors(&mut facts, caller, subject).await?;
    let evaluation = evaluate(&mut facts, &flag.definition, &flag.gates, &actors).await?;
    answered(&flag.gates, evaluation, somebody).ok_or(NoEvaluation::NobodyNamed)
}

/// Evaluates all flags. Requires the scope `read_decisions`.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn evaluate_all(
    app: &App,
    caller: &Caller,
    subject: &Subject,
) -> Result<AllEvaluated, NoEvaluation> {
    may_evaluate(caller)?;
    let mut facts = Facts::last_known(app);
    let set = facts.flags().await?;
    let (actors, somebody) = actors(&mut facts, caller, subject).await?;
    let any = set.flags().iter().any(|flag| !flag.gates.groups.is_empty());
    let groups = if any { feature_groups(&mut facts, &actors).await? } else { Vec::new() };
    let outcome = |flag: &CachedFlag| {
        let asked = EvaluationContext { actors: &actors, groups: &groups, dice: dice(app, &flag.gates) };
        answered(&flag.gates, flag.gates.evaluate(&flag.definition, &asked), somebody)
    };
    let outcomes = set.flags().iter().map(outcome).collect();
    Ok(AllEvaluated { set, outcomes })
}

/// Checks that `caller` may evaluate flags, for any subject they may see.
pub fn may_evaluate(caller: &Caller) -> Result<(), UseCaseError> {
    let scope = Scope::ReadDecisions;
    if caller.actor.has_scope(scope) { Ok(()) } else { Err(Denial::NeedsScope(scope).into()) }
}

/// `None` when the answer depends on the subject and there is none (`somebody` is false).
fn answered(gates: &Gates, evaluation: Evaluation, somebody: bool) -> FlagAnswer {
    let depends = depends_on_whom(gates);
    let now_and_then = gates.boolean == Some(false)
        && !gates.percentage_of_time.is_zero()
        && gates.percentage_of_time != Percentage::ALL;
    let answered = Answered { evaluation, same_for_all: !depends && !now_and_then };
    (somebody || !depends).then_some(answered)
}

/// Whether the answer depends on the actor.
fn depends_on_whom(gates: &Gates) -> bool {
    let time = gates.percentage_of_time;
    let opens_for_some =
        !(gates.actors.is_empty() && gates.groups.is_empty() && gates.percentage_of_actors.is_zero());
    match gates.boolean {
        None => false,
        Some(true) => !gates.opted_out.is_empty(),
        Some(false) if time == Percentage::ALL => !gates.opted_out.is_empty(),
        Some(false) => opens_for_some || (!time.is_zero() && !gates.opted_out.is_empty()),
    }
}

/// The actors that the subject names, and whether it names anybody at all.
async fn actors(
    facts: &mut Facts<'_>,
    caller: &Caller,
    subject: &Subject,
) -> Result<(Vec<FlagActor>, bool), NoEvaluation> {
    let mut actors = Vec::with_capacity(2);
    let mut somebody = false;
    if let Some(key) = &subject.targeting_key {
        somebody = true;
        actors.extend(by_key(facts, caller, key).await?);
    }
    for (property, name) in
        [("user", &subject.user), ("group", &subject.group), ("project", &subject.project)]
    {
        let Some(name) = name else { continue };
        somebody = true;
        actors.push(by_name(facts, caller, property, name, property).await?);
    }
    Ok((actors, somebody))
}

const TARGETING_KEY: &str = "targetingKey";

/// `None` when the key is not in a format of ours: no gate can name such an actor.
async fn by_key(
    facts: &mut Facts<'_>,
    caller: &Caller,
    key: &str,
) -> Result<Option<FlagActor>, NoEvaluation> {
    if let Some(actor) = FlagActor::from_key(key) {
        return match actor {
            FlagActor::User(_) => Ok(Some(actor)),
            FlagActor::Group(id) | FlagActor::Project(id) => {
                let standing = facts.standing(caller.actor.id, id).await?;
                match can(&caller.actor, Action::AskDecision, standing) {
                    Access::Granted(_) => Ok(Some(actor)),
                    Access::Hidden => Err(NoEvaluation::NobodyKnown(TARGETING_KEY)),
                    Access::Denied(denial) => Err(denial.into()),
                }
            }
        };
    }
    for property in ["user", "group", "project"] {
        if let Some(name) = key.strip_prefix(property).and_then(|rest| rest.strip_prefix(':')) {
            return by_name(facts, caller, property, name, TARGETING_KEY).await.map(Some);
        }
    }
    match check_username(key) {
        Ok(_) => Ok(facts.user(key).await?.map(|user| FlagActor::User(user.id))),
        Err(_) => Ok(None),
    }
}

/// The actor with this name, of the kind `property`; `place` is the subject's property for errors.
async fn by_name(
    facts: &mut Facts<'_>,
    caller: &Caller,
    property: &str,
    name: &str,
    place: &'static str,
) -> Result<FlagActor, NoEvaluation> {
    let nobody = || NoEvaluation::NobodyKnown(place);
    if property == "user" {
        check_username(name).map_err(|_| nobody())?;
        return facts.user(name).await?.map(|user| FlagActor::User(user.id)).ok_or_else(nobody);
    }
    let path = GroupPath::parse(name).map_err(|_| nobody())?;
    let found = match load::place(facts, caller, &path, Action::AskDecision).await {
        Err(UseCaseError::NotFound(_)) => return Err(nobody()),
        found => found?.0,
    };
    let is_group = found.namespace.kind == NamespaceKind::Group;
    if is_group == (property == "group") { Ok(actor(&found.namespace)) } else { Err(nobody()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        flags::{FlagDefinition, Gate},
        ids::UserId,
    };

    const ANN: FlagActor = FlagActor::User(UserId(1));

    fn on(and: impl FnOnce(&mut Gates)) -> Gates {
        let mut gates = Gates { boolean: Some(true), ..Gates::default() };
        and(&mut gates);
        gates
    }

    fn off(and: impl FnOnce(&mut Gates)) -> Gates {
        on(|gates| {
            gates.boolean = Some(false);
            and(gates);
        })
    }

    /// Whether an empty subject gets an answer, and whether an actor without a gate gets one that holds for
    /// all.
    fn known(gates: &Gates) -> (bool, bool) {
        let closed = Evaluation { on: false, gate: Gate::Closed };
        let somebody = answered(gates, closed, true).expect("somebody is always answered");
        (answered(gates, closed, false).is_some(), somebody.same_for_all)
    }

    #[test]
    fn nobody_in_particular_is_answered_where_it_does_not_matter_who_asks() {
        let half = Percentage::parse("50").expect("a percentage");
        let (same, now_and_then, different) = ((true, true), (true, false), (false, false));
        for (gates, expected) in [
            (Gates::default(), same),
            (on(|_| ()), same),
            (on(|it| it.opted_out = vec![ANN]), different),
            (off(|_| ()), same),
            (off(|it| it.opted_out = vec![ANN]), same),
            (off(|it| it.actors = vec![ANN]), different),
            (off(|it| it.groups = vec![String::from("testers")]), different),
            (off(|it| it.percentage_of_actors = half), different),
            (off(|it| it.percentage_of_actors = Percentage::ALL), different),
            (off(|it| it.percentage_of_time = half), now_and_then),
            (off(|it| (it.percentage_of_time, it.actors) = (half, vec![ANN])), different),
            (off(|it| (it.percentage_of_time, it.opted_out) = (half, vec![ANN])), different),
            (off(|it| it.percentage_of_time = Percentage::ALL), same),
            (off(|it| (it.percentage_of_time, it.actors) = (Percentage::ALL, vec![ANN])), same),
            (off(|it| (it.percentage_of_time, it.opted_out) = (Percentage::ALL, vec![ANN])), different),
        ] {
            assert_eq!(known(&gates), expected, "{gates:?}");
        }
    }

    #[test]
    fn what_is_said_to_be_the_same_for_all_is() {
        let flag = FlagDefinition::undefined("a_flag");
        let gates = on(|it| it.opted_out = vec![ANN]);
        let ask = |actors: &[FlagActor]| {
            answered(&gates, gates.evaluate(&flag, &EvaluationContext::about(actors)), !actors.is_empty())
        };
        assert_eq!(ask(&[]), None);
        for actor in [ANN, FlagActor::User(UserId(2))] {
            let answer = ask(&[actor]).expect("an answer");
            assert_eq!((answer.evaluation.on, answer.same_for_all), (actor != ANN, false));
        }
    }
}
