//! Finds a group or project by its id or full path.

use crate::{
    domain::{
        access::Action,
        namespace::{IdOrPath, Namespace, NamespaceKind},
        time::Timestamp,
    },
    storage::UnitOfWork,
    usecases::{Caller, UseCaseError, What, load},
};

/// The group or project, if the caller may do `action` there. Of the other kind there is none.
pub(in crate::usecases) async fn find(
    uow: &mut UnitOfWork,
    caller: &Caller,
    which: &IdOrPath,
    kind: NamespaceKind,
    action: Action,
    now: Timestamp,
) -> Result<Namespace, UseCaseError> {
    let missing = || UseCaseError::NotFound(What::GroupOrProject);
    let found = match which {
        IdOrPath::Id(id) => uow.namespaces().lookup(*id).await?,
        IdOrPath::Path(path) => uow.namespaces().find_by_path(path).await?,
    };
    let found = found.filter(|it| it.kind == kind).ok_or_else(missing)?;
    Ok(load::namespace(uow, caller, &found.path, action, now).await?.namespace)
}
