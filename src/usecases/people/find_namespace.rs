//! Finds a group or project by its id or full path.

use crate::{
    domain::{
        access::Action,
        namespace::{IdOrPath, Named, Namespace},
        time::Timestamp,
    },
    storage::{StorageError, UnitOfWork},
    usecases::{Caller, UseCaseError, What, load},
};

/// The group or project, whoever asks. `None` also when it is of the other kind.
pub(in crate::usecases) async fn look_up(
    uow: &mut UnitOfWork,
    named: &Named,
) -> Result<Option<Namespace>, StorageError> {
    let found = match &named.by {
        IdOrPath::Id(id) => uow.namespaces().lookup(*id).await?,
        IdOrPath::Path(path) => uow.namespaces().find_by_path(path).await?,
    };
    Ok(found.filter(|it| named.kind.is_none_or(|kind| kind == it.kind)))
}

/// The group or project, if the caller may do `action` there.
pub(in crate::usecases) async fn find(
    uow: &mut UnitOfWork,
    caller: &Caller,
    named: &Named,
    action: Action,
    now: Timestamp,
) -> Result<load::Loaded, UseCaseError> {
    let found = look_up(uow, named).await?.ok_or(UseCaseError::NotFound(What::GroupOrProject))?;
    load::namespace(uow, caller, &found.path, action, now).await
}
