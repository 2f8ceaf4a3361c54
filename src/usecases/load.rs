//! Loads and authorises: a namespace where the caller may do something.

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
    /// The role that the action was granted for.
    pub held: HeldRole,
}

/// The namespace at `path`, if `caller` may do `action` there.
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

/// The same from cached facts, with everything known of the place, for read-only use cases.
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

/// Requires an administrator; for others, administration does not exist.
pub(super) fn administrator(caller: &Caller) -> Result<(), UseCaseError> {
    if caller.actor.is_admin { Ok(()) } else { Err(UseCaseError::NeedsAdministrator) }
}
