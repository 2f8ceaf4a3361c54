//! Asking feature flags for a decision: the one place where decisions meet them.

use super::facts::Facts;
use crate::{
    domain::{
        feature::{FlagActor, FlagDefinition, Gates},
        ids::UserId,
        namespace::Namespace,
    },
    storage::StorageError,
};

/// Whether the flag is on for any of these actors.
pub(super) async fn is_on(
    facts: &mut Facts<'_>,
    flag: &'static str,
    actors: &[FlagActor],
) -> Result<bool, StorageError> {
    let gates = facts.gates(flag).await?;
    Ok(evaluate(flag, &gates, actors))
}

/// Whether the flag is on for the user: for themselves, or for a group that they are a member of,
/// inherited memberships included. What their preferences show goes by the same.
pub(super) async fn is_on_for_member(
    facts: &mut Facts<'_>,
    flag: &'static str,
    user: UserId,
) -> Result<bool, StorageError> {
    let gates = facts.gates(flag).await?;
    let mut actors = vec![FlagActor::User(user)];
    for actor in &gates.actors {
        if let FlagActor::Group(group) = actor
            && facts.standing(user, *group).await?.here.is_some()
        {
            actors.push(*actor);
        }
    }
    Ok(evaluate(flag, &gates, &actors))
}

/// A group, subgroup or project as an actor.
pub(super) const fn actor(namespace: &Namespace) -> FlagActor {
    // Groups and projects are counted together, so the number alone says which it is.
    FlagActor::Group(namespace.id)
}

fn evaluate(flag: &str, gates: &Gates, actors: &[FlagActor]) -> bool {
    let definition = FlagDefinition::find(flag).expect("the program knows the flags it asks");
    gates.evaluate(definition, actors).on
}
