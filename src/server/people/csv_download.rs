//! An export as a download.

use axum::{
    body::Body,
    http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use futures_util::stream;

use crate::{storage::StorageError, usecases::people::import::export_people::PeopleExport};

pub(super) const CSV: &str = "text/csv; charset=utf-8";

/// The export as a file. An error midway aborts the response, so that a part is not taken for the whole.
pub(in crate::server) fn csv_download(export: PeopleExport, name: &str) -> Response {
    let pieces = stream::try_unfold(export, |mut export| async move {
        let piece = export.next().await.inspect_err(|error| tracing::error!(%error, "export cut off"))?;
        Ok::<_, StorageError>(piece.map(|piece| (piece, export)))
    });
    let headers = [
        (CONTENT_TYPE, CSV.to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (CACHE_CONTROL, String::from("no-store")),
    ];
    (headers, Body::from_stream(pieces)).into_response()
}
