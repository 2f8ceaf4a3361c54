//! What an error of a use case comes to over HTTP: the status, and a line for whoever gets no page and no
//! document.

use http::StatusCode;

use crate::{domain::error_kind::ErrorKind, usecases::UseCaseError};

impl From<ErrorKind> for StatusCode {
    fn from(kind: ErrorKind) -> Self {
        Self::from_u16(kind.status()).unwrap_or(Self::INTERNAL_SERVER_ERROR)
    }
}

/// The status, and what is said to people. What failed inside is for the log, and its caller's to write.
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
