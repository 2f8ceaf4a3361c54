//! Conversion of use-case errors to [`ActionError`], by kind, so that a capability's own errors need no code
//! here.

use super::error::ActionError;
use crate::{domain::error_kind::ErrorKind, usecases::UseCaseError};

impl ActionError {
    /// The error for `kind`, with this message; `field` is the form field at fault.
    pub fn of(kind: ErrorKind, field: Option<&str>, message: String) -> Self {
        match kind {
            ErrorKind::NotFound => Self::NotFound,
            ErrorKind::Invalid => Self::Invalid { field: field.unwrap_or_default().to_owned(), message },
            ErrorKind::ConsentRequired => Self::ConsentRequired,
            ErrorKind::ConsentOutdated => Self::ConsentOutdated,
            ErrorKind::FeatureOff => Self::FeatureOff,
            ErrorKind::StaleSignIn => Self::ConfirmSignIn,
            ErrorKind::Internal => Self::Internal,
            kind if kind.is_denial() => Self::Denied(message),
            kind if kind.is_passing() => Self::Unavailable,
            kind => Self::Refused { status: kind.status(), message },
        }
    }
}

/// Internal errors are logged; their cause is not sent to the browser.
impl From<UseCaseError> for ActionError {
    fn from(error: UseCaseError) -> Self {
        match error.kind_at_a_page() {
            ErrorKind::Internal => tracing::error!(%error, "action failed"),
            kind if kind.is_passing() => tracing::warn!(%error, "action refused"),
            _ => {}
        }
        match &error {
            UseCaseError::Throttled(seconds) => Self::Throttled { seconds: *seconds },
            error if error.is_unwritable() => Self::Unwritable,
            error => Self::of(error.kind_at_a_page(), error.field(), error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{access::Denial, role::Role},
        storage::StorageError,
        usecases::What,
    };

    /// Whatever the variant, its status is that of its kind.
    #[test]
    fn an_error_keeps_the_status_of_its_kind() {
        for kind in ErrorKind::ALL {
            let error = ActionError::of(*kind, Some("name"), String::from("It is so."));
            assert_eq!(error.status(), kind.status(), "{kind:?}");
        }
    }

    #[test]
    fn what_is_an_administrators_is_not_found_and_what_needs_a_role_says_which() {
        assert_eq!(ActionError::from(UseCaseError::NeedsAdministrator), ActionError::NotFound);
        assert_eq!(ActionError::from(UseCaseError::NotFound(What::Page)), ActionError::NotFound);
        let denied = ActionError::from(UseCaseError::from(Denial::NeedsRole(Role::Owner)));
        assert_eq!(denied, ActionError::Denied(String::from("This needs the role Owner.")));
        assert_eq!(ActionError::from(UseCaseError::StaleSignIn), ActionError::ConfirmSignIn);
        let wait = ActionError::from(UseCaseError::Throttled(15));
        assert_eq!(wait, ActionError::Throttled { seconds: 15 });
        assert_eq!(ActionError::from(UseCaseError::Outrun), ActionError::Unavailable);
        assert_eq!(ActionError::from(UseCaseError::from(StorageError::RolledBack)), ActionError::Internal);
    }
}
