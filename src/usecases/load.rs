//! What several use cases load the same way: a namespace that the caller may do something with.

use super::{Caller, UseCaseError};
use crate::{
    domain::{
        access::{Access, Action, HeldRole, Standing, can},
        availability::DuoChain,
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
    const WHAT: &str = "group or project";
    let namespace = uow.namespaces().find_by_path(path).await?.ok_or(UseCaseError::NotFound(WHAT))?;
    let standing = uow.memberships().standing(caller.actor.id, namespace.id).await?;
    match can(&caller.actor, action, standing) {
        Access::Granted(held) => Ok(Loaded { namespace, standing, held }),
        Access::Hidden => Err(UseCaseError::NotFound(WHAT)),
        Access::Denied(denial) => Err(denial.into()),
    }
}

/// The top-level group that `namespace` belongs to; itself when it is one.
pub(super) async fn top_level_group(
    uow: &mut UnitOfWork,
    namespace: &Namespace,
) -> Result<Namespace, StorageError> {
    if namespace.is_top_level() {
        return Ok(namespace.clone());
    }
    uow.namespaces().lookup(namespace.root).await?.ok_or_else(|| StorageError::Inconsistent {
        table: "namespaces",
        column: "root_id",
        value: format!("no row for {}", namespace.root),
    })
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
