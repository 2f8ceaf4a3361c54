//! An export as a download.

use axum::{body::Body, response::Response};
use futures_util::stream;

use crate::{
    server::downloads, storage::StorageError, usecases::people::import::export_people::PeopleExport,
};

/// The export as a file. An error midway aborts the response, so that a part is not taken for the whole.
pub(in crate::server) fn csv_download(export: PeopleExport, name: &str) -> Response {
    let pieces = stream::try_unfold(export, |mut export| async move {
        let piece = export.next().await.inspect_err(|error| tracing::error!(%error, "export cut off"))?;
        Ok::<_, StorageError>(piece.map(|piece| (piece, export)))
    });
    downloads::file(name, downloads::CSV, Body::from_stream(pieces))
}
