//! Refuses changes of what is archived.

use crate::{
    domain::{error_kind::ErrorKind, ids::NamespaceId, namespace::GroupPath},
    storage::UnitOfWork,
    usecases::{Explained, UseCaseError},
};

/// The namespace, or a group above it, is archived.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0} is archived: nothing runs in it. Until it is unarchived, its settings and what is below cannot be changed; members and seats can."
)]
pub struct Archived(pub GroupPath);

impl Explained for Archived {
    fn kind(&self) -> ErrorKind {
        ErrorKind::NamespaceArchived
    }
}

/// # Errors
/// [`Archived`], naming what is.
pub(in crate::usecases) async fn require_active(
    uow: &mut UnitOfWork,
    namespace: NamespaceId,
) -> Result<(), UseCaseError> {
    match uow.namespaces().archived(namespace).await? {
        None => Ok(()),
        Some(path) => Err(Archived(path).into()),
    }
}
