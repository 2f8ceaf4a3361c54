//! Errors about users.

use crate::{domain::error_kind::ErrorKind, usecases::Explained};

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UserError {
    /// Who asks is blocked.
    #[error("This account is blocked. Ask an administrator.")]
    Blocked,
    /// The user whom it is about is blocked.
    #[error("{0} is blocked. Unblock them first.")]
    IsBlocked(String),
    #[error(
        "This is the last administrator who is a person and not blocked. Make somebody else an administrator first."
    )]
    LastAdministrator,
    /// Administrators do not shut themselves out.
    #[error("This is your own account. Ask another administrator to do it.")]
    Yourself,
    #[error("There is a user of this name already.")]
    UsernameTaken,
    #[error("Another user has this address.")]
    EmailTaken,
}

impl Explained for UserError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Blocked => ErrorKind::AccountBlocked,
            Self::IsBlocked(_)
            | Self::LastAdministrator
            | Self::Yourself
            | Self::UsernameTaken
            | Self::EmailTaken => ErrorKind::Invalid,
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::UsernameTaken => Some("username"),
            Self::EmailTaken => Some("email"),
            _ => None,
        }
    }
}
