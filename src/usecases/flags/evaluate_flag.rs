//! Evaluates a feature flag for actors in this server's environment.

use super::flag_facts::feature_groups_of;
use crate::{
    domain::flags::{Bucket, Evaluation, EvaluationContext, FlagActor, FlagDefinition, Gates, Percentage},
    storage::{StorageError, UnitOfWork},
    usecases::{App, facts::Facts},
};

/// Evaluates from cached facts, usually without a query.
pub(super) async fn evaluate(
    facts: &mut Facts<'_>,
    flag: &FlagDefinition,
    gates: &Gates,
    actors: &[FlagActor],
) -> Result<Evaluation, StorageError> {
    let groups = if gates.groups.is_empty() { Vec::new() } else { feature_groups(facts, actors).await? };
    Ok(gates.evaluate(flag, &EvaluationContext { actors, groups: &groups, dice: dice(facts.app(), gates) }))
}

/// The feature groups that any of these actors is in.
pub(in crate::usecases) async fn feature_groups(
    facts: &mut Facts<'_>,
    actors: &[FlagActor],
) -> Result<Vec<String>, StorageError> {
    let mut groups = Vec::new();
    for actor in actors {
        groups.extend_from_slice(&facts.feature_groups(*actor).await?);
    }
    Ok(groups)
}

/// Evaluates gates that were read in the same unit of work.
pub(in crate::usecases) async fn evaluate_in(
    app: &App,
    uow: &mut UnitOfWork,
    flag: &FlagDefinition,
    gates: &Gates,
    actors: &[FlagActor],
) -> Result<Evaluation, StorageError> {
    let mut groups = Vec::new();
    if !gates.groups.is_empty() {
        for actor in actors {
            groups.extend(feature_groups_of(uow, *actor).await?);
        }
    }
    Ok(gates.evaluate(flag, &EvaluationContext { actors, groups: &groups, dice: dice(app, gates) }))
}

/// Evaluates for each actor by itself. The number of statements does not depend on the number of actors.
pub(in crate::usecases) async fn evaluate_each(
    app: &App,
    uow: &mut UnitOfWork,
    flag: &FlagDefinition,
    actors: &[FlagActor],
) -> Result<Vec<Evaluation>, StorageError> {
    let gates = uow.features().find(app.environment(), &flag.name).await?.gates;
    let mut groups = Vec::new();
    for name in &gates.groups {
        if let Some(group) = uow.feature_groups().find(name).await? {
            groups.push((name, group.members));
        }
    }
    let evaluate = |actor: &FlagActor| {
        let of_actor = groups.iter().filter(|(_, members)| members.binary_search(actor).is_ok());
        let groups: Vec<_> = of_actor.map(|(name, _)| (*name).clone()).collect();
        let asked = EvaluationContext { actors: &[*actor], groups: &groups, dice: dice(app, &gates) };
        gates.evaluate(flag, &asked)
    };
    Ok(actors.iter().map(evaluate).collect())
}

/// A random draw, only if a gate depends on it.
pub(super) fn dice(app: &App, gates: &Gates) -> Option<Bucket> {
    (gates.percentage_of_time != Percentage::ZERO).then(|| {
        let [a, b, c, d, ..] = app.random.secret();
        Bucket::from_random([a, b, c, d])
    })
}
