//! What several use cases load the same way: a namespace that the caller may do something with.

use std::sync::Arc;

use super::{Caller, UseCaseError, What, facts::Facts, place::Place};
use crate::{
    domain::{
        access::{Access, Action, HeldRole, Standing, can},
        namespace::{GroupPath, Namespace},
    },
    storage::UnitOfWork,
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

const NO_NAMESPACE: UseCaseError = UseCaseError::NotFound(What::GroupOrProject);

fn granted(caller: &Caller, action: Action, standing: Standing) -> Result<HeldRole, UseCaseError> {
    match can(&caller.actor, action, standing) {
        Access::Granted(held) => Ok(held),
        Access::Hidden => Err(NO_NAMESPACE),
        Access::Denied(denial) => Err(denial.into()),
    }
}

/// That `caller` is an administrator. For everybody else what is theirs does not exist.
pub(super) fn administrator(caller: &Caller) -> Result<(), UseCaseError> {
    if caller.actor.is_admin { Ok(()) } else { Err(UseCaseError::NeedsAdministrator) }
}
