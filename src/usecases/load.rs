//! Loads and authorises: a namespace where the caller may do something.

use std::sync::Arc;

use super::{Caller, UseCaseError, What, facts::Facts, place::Place};
use crate::{
    domain::{
        access::{Access, Action, HeldRole, Standing, can},
        ids::{NamespaceId, UserId},
        namespace::{GroupPath, Namespace},
        people::grants,
        time::Timestamp,
    },
    storage::{StorageError, UnitOfWork},
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
    now: Timestamp,
) -> Result<Loaded, UseCaseError> {
    let namespace = uow.namespaces().find_by_path(path).await?.ok_or(NO_NAMESPACE)?;
    let standing = standing(uow, caller.actor.id, namespace.id, now).await?;
    let held = granted(caller, action, standing)?;
    Ok(Loaded { namespace, standing, held })
}

/// The user's roles in a namespace, inherited ones included.
pub(super) async fn standing(
    uow: &mut UnitOfWork,
    user: UserId,
    namespace: NamespaceId,
    now: Timestamp,
) -> Result<Standing, StorageError> {
    let grants = uow.memberships().grants(user, namespace).await?;
    Ok(grants::standing(&grants, namespace, now).standing)
}

/// [`namespace`] from cached facts, with everything known of the place, for read-only use cases.
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
