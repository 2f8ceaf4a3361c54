//! What several use cases load the same way: a namespace that the caller may do something with.

use std::sync::Arc;

use super::{
    App, Caller, UseCaseError,
    evaluate_flag::evaluate_in,
    facts::{Facts, Place},
    flag_definitions::ours,
};
use crate::{
    domain::{
        access::{Access, Action, HeldRole, Standing, can},
        availability::DuoChain,
        effect::Circumstances,
        feature::{DUO_CODE_REVIEW_FLOW_PRIORITY, FlagActor},
        ids::NamespaceId,
        namespace::{GroupPath, Namespace, Subscription},
    },
    storage::{StorageError, UnitOfWork},
};

/// A namespace with the caller's roles there.
pub(super) struct Loaded {
    pub namespace: Namespace,
    pub standing: Standing,
    /// For what the action was granted.
    pub held: HeldRole,
}

/// The namespace at `path`, where `caller` may do `action`.
pub(super) async fn namespace(
    uow: &mut UnitOfWork,
    caller: &Caller,
    path: &GroupPath,
    action: Action,
) -> Result<Loaded, UseCaseError> {
    let found = uow.namespaces().find_with_roles(path, caller.actor.id).await?;
    let (namespace, standing) = found.ok_or(NO_NAMESPACE)?;
    let held = granted(caller, action, standing)?;
    Ok(Loaded { namespace, standing, held })
}

/// The same for reading alone, with all that is known of the place, and the caller's roles there.
pub(super) async fn place(
    facts: &mut Facts<'_>,
    caller: &Caller,
    path: &GroupPath,
    action: Action,
) -> Result<(Arc<Place>, Standing), UseCaseError> {
    let place = facts.place(path).await?.ok_or(NO_NAMESPACE)?;
    let standing = facts.standing(caller.actor.id, place.namespace.id).await?;
    granted(caller, action, standing)?;
    Ok((place, standing))
}

const NO_NAMESPACE: UseCaseError = UseCaseError::NotFound("group or project");

fn granted(caller: &Caller, action: Action, standing: Standing) -> Result<HeldRole, UseCaseError> {
    match can(&caller.actor, action, standing) {
        Access::Granted(held) => Ok(held),
        Access::Hidden => Err(NO_NAMESPACE),
        Access::Denied(denial) => Err(denial.into()),
    }
}

/// That `caller` is an administrator. For everybody else what is theirs does not exist.
pub(super) fn administrator(caller: &Caller) -> Result<(), UseCaseError> {
    if caller.actor.is_admin { Ok(()) } else { Err(UseCaseError::NotFound("page")) }
}

/// What the top-level group bought and set.
pub(super) async fn top_level(
    uow: &mut UnitOfWork,
    id: NamespaceId,
) -> Result<(Subscription, DuoChain), StorageError> {
    uow.top_level_groups().lookup(id).await?.ok_or_else(|| StorageError::Inconsistent {
        table: "top_level_groups",
        column: "namespace_id",
        value: format!("no row for {id}"),
    })
}

/// The same, with all else that its reviews depend on.
pub(super) async fn circumstances(
    app: &App,
    uow: &mut UnitOfWork,
    id: NamespaceId,
) -> Result<(Subscription, Circumstances), StorageError> {
    let (subscription, chain) = top_level(uow, id).await?;
    let flag = ours(DUO_CODE_REVIEW_FLOW_PRIORITY);
    let gates = uow.features().find(app.environment(), &flag.name).await?.gates;
    let priority = evaluate_in(app, uow, flag, &gates, &[FlagActor::Group(id)]).await?;
    Ok((subscription, Circumstances { chain, priority, duo_enterprise: subscription.duo_enterprise }))
}
