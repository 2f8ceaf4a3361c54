//! Errors of changes of groups and projects.

use crate::{
    domain::{error_kind::ErrorKind, namespace::GroupPath, people::naming::NamingError},
    storage::StorageError,
    usecases::{Explained, UseCaseError},
};

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GroupError {
    #[error(transparent)]
    Naming(#[from] NamingError),
    #[error("There is a group or project {0} already.")]
    Taken(GroupPath),
    #[error("{0} is a project: nothing can be below it.")]
    BelowProject(GroupPath),
    #[error("A group cannot be moved below itself.")]
    BelowItself,
    #[error("A project is always in a group.")]
    ProjectAlone,
    #[error("Only a top-level group has a subscription: it counts for all below.")]
    NotTopLevel,
    #[error("Type the full path, {0}, to delete it.")]
    NotConfirmed(GroupPath),
    /// As it was named.
    #[error("There is no group {0} to move it to.")]
    NoParent(String),
}

impl Explained for GroupError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }

    fn field(&self) -> Option<&'static str> {
        Some(match self {
            Self::Naming(error) => error.field(),
            Self::Taken(_) => "path",
            Self::BelowProject(_) | Self::BelowItself | Self::ProjectAlone | Self::NoParent(_) => "parent",
            Self::NotTopLevel => "tier",
            Self::NotConfirmed(_) => "confirmation",
        })
    }
}

/// Says which path is taken.
pub(in crate::usecases) fn taken(path: &GroupPath) -> impl FnOnce(StorageError) -> UseCaseError {
    move |error| match error {
        StorageError::Duplicate { .. } => GroupError::Taken(path.clone()).into(),
        other => other.into(),
    }
}
