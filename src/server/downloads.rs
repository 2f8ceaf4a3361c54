//! Files that signed-in users download.

use axum::{
    Extension,
    body::Body,
    http::{StatusCode, Uri, header},
    response::{IntoResponse, Redirect, Response},
};

use super::errors::in_a_line;
use crate::{
    actions::query::Query,
    domain::{error_kind::ErrorKind, paths},
    usecases::{Caller, SignedIn, UseCaseError},
};

/// Without it, spreadsheets may misdetect the encoding.
pub(super) const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

pub(super) const CSV: &str = "text/csv; charset=utf-8";

/// Who asks, and for what.
///
/// # Errors
/// The way to sign in, or which parameter is repeated.
pub(super) fn asked(
    signed_in: Option<Extension<SignedIn>>,
    uri: &Uri,
) -> Result<(Caller, Query), Box<Response>> {
    let Some(Extension(signed_in)) = signed_in else {
        let back = uri.path_and_query().map_or(paths::HOME, |it| it.as_str());
        return Err(Box::new(Redirect::to(&paths::sign_in_returning_to(back)).into_response()));
    };
    let asked = Query::of(uri);
    if let Some(name) = asked.repeated() {
        return Err(Box::new((StatusCode::BAD_REQUEST, format!("{name}: say it once.\n")).into_response()));
    }
    Ok((signed_in.caller, asked))
}

/// A CSV file for spreadsheets.
pub(super) fn csv(name: &str, content: &[u8]) -> Response {
    file(name, CSV, [BYTE_ORDER_MARK, content].concat())
}

pub(super) fn file(name: &str, content_type: &str, body: impl Into<Body>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, content_type.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (header::CACHE_CONTROL, String::from("no-store")),
    ];
    (headers, body.into()).into_response()
}

pub(super) fn refusal(error: &UseCaseError) -> Response {
    if error.kind() == ErrorKind::Internal {
        tracing::error!(%error, "export failed");
    }
    let (status, line) = in_a_line(error);
    (status, line + "\n").into_response()
}
