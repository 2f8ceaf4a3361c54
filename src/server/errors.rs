//! Maps an error of a use case to an HTTP status and one line of text, for answers that are neither a page
//! nor a problem document.

use http::StatusCode;

use crate::{domain::error_kind::ErrorKind, usecases::UseCaseError};

impl From<ErrorKind> for StatusCode {
    fn from(kind: ErrorKind) -> Self {
        Self::from_u16(kind.status()).unwrap_or(Self::INTERNAL_SERVER_ERROR)
    }
}

/// The status and the message for people. Logging the cause of an internal error is left to the caller.
pub(super) fn in_a_line(error: &UseCaseError) -> (StatusCode, String) {
    let kind = error.kind_at_a_page();
    let line = match kind {
        ErrorKind::NotFound => String::from("There is nothing here."),
        ErrorKind::Internal => String::from("Something went wrong. Try again in a moment."),
        kind if kind.is_passing() => String::from("The database is busy. Try again in a moment."),
        _ => error.to_string(),
    };
    (kind.into(), line)
}
