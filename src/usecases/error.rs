//! Errors of use cases. After any of them, nothing was changed.
//!
//! Errors that any use case may return are variants. Those of a single capability implement [`Explained`] and
//! convert by `?`, so that neither this file nor the surfaces need to know them.

use std::{error::Error, fmt};

use crate::{
    domain::{access::Denial, accounts::throttle::in_words, error_kind::ErrorKind, field_edit::Overtaken},
    storage::StorageError,
};

#[derive(Debug, thiserror::Error)]
pub enum UseCaseError {
    /// It does not exist, or the caller must not know that it does.
    #[error("There is no such {0}.")]
    NotFound(What),
    /// Administrators only; on pages, others get a 404.
    #[error("{}", Denial::NeedsAdministrator)]
    NeedsAdministrator,
    #[error("{0}")]
    Denied(#[from] Denial),
    #[error("{message}")]
    Invalid { field: &'static str, message: String },
    /// Every retry was overtaken by a concurrent change.
    #[error("Others changed this at the same moment, again and again. Try again in a moment.")]
    Outrun,
    /// Too many failures; the wait in seconds.
    #[error("Too many failed attempts. Try again in {}.", in_words(*.0))]
    Throttled(i64),
    /// Requires re-authentication, as the last one is too old.
    #[error("this needs a fresh sign-in")]
    StaleSignIn,
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// An error of a single capability.
    #[error("{0}")]
    Own(Box<dyn Explained>),
}

/// An error of a single capability. `Display` is a sentence for the caller.
pub trait Explained: Error + Send + Sync + 'static {
    fn kind(&self) -> ErrorKind;

    /// The field of the API's request that is at fault; `None` when it is none in particular.
    fn field(&self) -> Option<&'static str> {
        None
    }
}

impl Explained for Overtaken {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Conflict
    }

    fn field(&self) -> Option<&'static str> {
        Some(self.field)
    }
}

impl<E: Explained> From<E> for UseCaseError {
    fn from(error: E) -> Self {
        Self::Own(Box::new(error))
    }
}

/// What does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    AccessToken,
    ChangeOfFlag,
    Consent,
    FeatureGroup,
    Flow,
    GroupOrProject,
    Import,
    Job,
    Link,
    Page,
    ScheduledChange,
    Session,
    User,
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AccessToken => "access token",
            Self::ChangeOfFlag => "change of this flag",
            Self::Consent => "consent",
            Self::FeatureGroup => "feature group",
            Self::Flow => "flow",
            Self::GroupOrProject => "group or project",
            Self::Import => "import",
            Self::Job => "job",
            Self::Link => "link",
            Self::Page => "page",
            Self::ScheduledChange => "scheduled change",
            Self::Session => "session",
            Self::User => "user",
        })
    }
}

impl UseCaseError {
    pub fn invalid(field: &'static str, message: impl ToString) -> Self {
        Self::Invalid { field, message: message.to_string() }
    }

    /// The kind of the error, which determines its code, HTTP status and title.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound(_) => ErrorKind::NotFound,
            Self::NeedsAdministrator => ErrorKind::InsufficientRole,
            Self::Denied(denial) => match denial {
                Denial::NeedsRole(_) | Denial::NeedsTopLevelOwner | Denial::NeedsAdministrator => {
                    ErrorKind::InsufficientRole
                }
                Denial::NotForBots => ErrorKind::NotForBots,
                Denial::NeedsScope(_) => ErrorKind::InsufficientScope,
            },
            Self::Invalid { .. } => ErrorKind::Invalid,
            Self::Outrun | Self::Storage(StorageError::Stale) => ErrorKind::Contended,
            Self::Throttled(_) => ErrorKind::TooManyRequests,
            Self::StaleSignIn => ErrorKind::StaleSignIn,
            Self::Storage(error) if error.is_unavailable() => ErrorKind::Unavailable,
            Self::Storage(_) => ErrorKind::Internal,
            Self::Own(error) => error.kind(),
        }
    }

    /// [`Self::kind`] on pages, where administration does not exist for others.
    pub fn kind_at_a_page(&self) -> ErrorKind {
        match self {
            Self::NeedsAdministrator => ErrorKind::NotFound,
            other => other.kind(),
        }
    }

    /// The field of the request that is at fault; `None` when it is none in particular.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::Invalid { field, .. } => Some(field),
            Self::Own(error) => error.field(),
            _ => None,
        }
    }

    /// The capability's own error of type `E`; `None` when it is another.
    pub fn own<E: Explained>(&self) -> Option<&E> {
        match self {
            Self::Own(error) => (&**error as &(dyn Error + 'static)).downcast_ref(),
            _ => None,
        }
    }

    /// Whether a retry may succeed in a moment: there was contention, or the database is busy or out of
    /// reach.
    pub fn is_passing(&self) -> bool {
        self.kind().is_passing()
    }

    /// Whether the database is at fault, not the request.
    pub const fn is_unavailable(&self) -> bool {
        matches!(self, Self::Storage(error) if error.is_unavailable())
    }

    /// Whether the database answers but cannot be written, as its disk is full or read-only.
    pub const fn is_unwritable(&self) -> bool {
        matches!(self, Self::Storage(StorageError::Unwritable(_)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{role::Role, token::Scope};

    /// An error of a capability unknown to this file.
    #[derive(Debug, PartialEq, Eq, thiserror::Error)]
    #[error("The roll-out has ended.")]
    struct Ended;

    impl Explained for Ended {
        fn kind(&self) -> ErrorKind {
            ErrorKind::Conflict
        }

        fn field(&self) -> Option<&'static str> {
            Some("step")
        }
    }

    #[test]
    fn an_error_of_a_capabilitys_own_explains_itself() {
        let error = UseCaseError::from(Ended);
        assert_eq!((error.kind(), error.field()), (ErrorKind::Conflict, Some("step")));
        assert_eq!(error.to_string(), "The roll-out has ended.");
        assert_eq!(error.own(), Some(&Ended));
        assert!(!error.is_passing() && !error.is_unavailable());
    }

    #[test]
    fn the_table_of_errors() {
        let table = [
            (UseCaseError::NotFound(What::User), ErrorKind::NotFound),
            (UseCaseError::NeedsAdministrator, ErrorKind::InsufficientRole),
            (Denial::NeedsRole(Role::Owner).into(), ErrorKind::InsufficientRole),
            (Denial::NeedsTopLevelOwner.into(), ErrorKind::InsufficientRole),
            (Denial::NeedsAdministrator.into(), ErrorKind::InsufficientRole),
            (Denial::NotForBots.into(), ErrorKind::NotForBots),
            (Denial::NeedsScope(Scope::ReadSettings).into(), ErrorKind::InsufficientScope),
            (UseCaseError::invalid("name", "It is empty."), ErrorKind::Invalid),
            (UseCaseError::Outrun, ErrorKind::Contended),
            (UseCaseError::Throttled(1), ErrorKind::TooManyRequests),
            (UseCaseError::StaleSignIn, ErrorKind::StaleSignIn),
            (StorageError::Stale.into(), ErrorKind::Contended),
            (StorageError::RolledBack.into(), ErrorKind::Internal),
        ];
        for (error, kind) in table {
            assert_eq!(error.kind(), kind, "{error:?}");
            assert_eq!(error.is_passing(), kind == ErrorKind::Contended, "{error:?}");
            let hidden = matches!(error, UseCaseError::NeedsAdministrator);
            let at_a_page = if hidden { ErrorKind::NotFound } else { kind };
            assert_eq!(error.kind_at_a_page(), at_a_page, "{error:?}");
        }
    }
}
