//! Evaluates feature flags for whomever a service names, on this server's environment: one flag, or
//! all of them at one moment. Most often without a query.

use std::sync::Arc;

use super::{
    App, Caller, Flag, FlagSet, UseCaseError,
    evaluate_flag::{dice, evaluate},
    facts::Facts,
    flags::actor,
    load,
};
use crate::domain::{
    access::{Access, Action, Denial, can},
    feature::{Asked, Evaluation, FlagActor},
    namespace::{GroupPath, NamespaceKind},
    token::Scope,
    user::check_username,
};

/// Whom a service asks about: each by a name, and the targeting key by any of their names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// `ann`, `user:ann`, `group:acme`, `project:acme/website`; `User:1`, `Group:2`, `Project:3`. One
    /// that names nobody is somebody whom no gate knows.
    pub targeting_key: Option<String>,
    pub user: Option<String>,
    pub group: Option<String>,
    pub project: Option<String>,
}

/// Why a flag has no answer.
#[derive(Debug)]
pub enum NoEvaluation {
    UnknownFlag,
    /// The answer is different for some, and nobody was named.
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

/// The answer of one flag of many; `None` when it depends on who is asked about, and nobody was named.
pub type Outcome = Option<Answered>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answered {
    pub evaluation: Evaluation,
    /// Whether its gates are open for some and closed for others.
    pub conditional: bool,
}

/// All flags at one moment.
#[derive(Clone, Debug)]
pub struct AllEvaluated {
    pub set: Arc<FlagSet>,
    /// In the order of the set.
    pub outcomes: Vec<Outcome>,
}

/// The answer of one flag. Needs the scope `read_decisions`.
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
    let evaluation = evaluate(&mut facts, &flag.definition, &actors).await?;
    answered(&flag, evaluation, somebody).ok_or(NoEvaluation::NobodyNamed)
}

/// The answers of all flags. Needs the scope `read_decisions`.
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
    let mut groups = Vec::new();
    if set.flags().iter().any(|flag| !flag.gates.groups.is_empty()) {
        for actor in &actors {
            groups.extend_from_slice(&facts.feature_groups(*actor).await?);
        }
    }
    let outcome = |flag: &Flag| {
        let asked = Asked { actors: &actors, groups: &groups, dice: dice(app, &flag.gates) };
        answered(flag, flag.gates.evaluate(&flag.definition, &asked), somebody)
    };
    let outcomes = set.flags().iter().map(outcome).collect();
    Ok(AllEvaluated { set, outcomes })
}

/// That `caller` may ask what flags answer, for anybody whom they may know of.
pub fn may_evaluate(caller: &Caller) -> Result<(), UseCaseError> {
    let scope = Scope::ReadDecisions;
    if caller.actor.has_scope(scope) { Ok(()) } else { Err(Denial::NeedsScope(scope).into()) }
}

/// What is open for everybody is so for nobody in particular as well.
fn answered(flag: &Flag, evaluation: Evaluation, somebody: bool) -> Outcome {
    let conditional = flag.gates.is_conditional();
    let knowable = somebody || evaluation.on || !flag.gates.tells_actors_apart();
    knowable.then_some(Answered { evaluation, conditional })
}

/// Whom the subject names, and whether it names anybody at all.
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

/// `None` when the key is no name of ours: whoever that is, no gate knows them.
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

/// Who has this name, of the kind that `property` says; `place` is where the subject has it.
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
