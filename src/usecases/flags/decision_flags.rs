//! Feature flags as inputs of decisions: the only place where decisions evaluate them.

use super::{evaluate_flag::evaluate, flag_definitions::ours};
use crate::{
    domain::{
        flags::{DUO_CODE_REVIEW_FLOW_PRIORITY, Evaluation, FlagActor},
        ids::{NamespaceId, UserId},
        namespace::{Namespace, NamespaceKind},
    },
    storage::StorageError,
    usecases::facts::Facts,
};

/// Whether the flag is on for any of these actors.
pub(in crate::usecases) async fn is_on(
    facts: &mut Facts<'_>,
    flag: &str,
    actors: &[FlagActor],
) -> Result<bool, StorageError> {
    let gates = facts.gates(flag).await?;
    Ok(evaluate(facts, ours(flag), &gates, actors).await?.on)
}

/// Whether consent decides which engine reviews in a top-level group.
pub(in crate::usecases) async fn review_priority(
    facts: &mut Facts<'_>,
    top_level: NamespaceId,
) -> Result<Evaluation, StorageError> {
    let flag = ours(DUO_CODE_REVIEW_FLOW_PRIORITY);
    let gates = facts.gates(&flag.name).await?;
    evaluate(facts, flag, &gates, &[FlagActor::Group(top_level)]).await
}

/// Whether the flag is on for the user, or for a group where they have a role, inherited ones included.
/// Preferences are shown by the same rule.
pub(in crate::usecases) async fn is_on_for_member(
    facts: &mut Facts<'_>,
    flag: &str,
    user: UserId,
) -> Result<bool, StorageError> {
    let gates = facts.gates(flag).await?;
    let mut actors = vec![FlagActor::User(user)];
    for actor in gates.actors.iter().chain(&gates.opted_out) {
        if let FlagActor::Group(group) = actor
            && facts.standing(user, *group).await?.here.is_some()
        {
            actors.push(*actor);
        }
    }
    Ok(evaluate(facts, ours(flag), &gates, &actors).await?.on)
}

/// The flag actor of a group, subgroup or project.
pub(in crate::usecases) const fn actor(namespace: &Namespace) -> FlagActor {
    match namespace.kind {
        NamespaceKind::Group => FlagActor::Group(namespace.id),
        NamespaceKind::Project => FlagActor::Project(namespace.id),
    }
}
