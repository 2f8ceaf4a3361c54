//! The download of the members of a group or project, as CSV.

use std::sync::Arc;

use axum::{
    Extension,
    body::Body,
    extract::{OriginalUri, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use futures_util::{StreamExt, stream};

use crate::{
    domain::{namespace::GroupPath, people::members::MemberQuery},
    server::{
        ServerState,
        downloads::{self, BYTE_ORDER_MARK, refusal},
    },
    storage::StorageError,
    usecases::{SignedIn, UseCaseError, What, people::export_members::MemberExport},
};

pub(super) async fn download(
    State(state): State<Arc<ServerState>>,
    OriginalUri(uri): OriginalUri,
    signed_in: Option<Extension<SignedIn>>,
) -> Response {
    let (caller, asked) = match downloads::asked(signed_in, &uri) {
        Ok(asked) => asked,
        Err(response) => return *response,
    };
    let Ok(group) = GroupPath::parse(&asked.text("group")) else {
        return refusal(&UseCaseError::NotFound(What::GroupOrProject));
    };
    let query = match MemberQuery::read(|name| asked.text(name)) {
        Ok(query) => query,
        Err(wrong) => {
            return (StatusCode::BAD_REQUEST, format!("{}: {wrong}\n", wrong.field)).into_response();
        }
    };
    let export = match MemberExport::new(&state.app, Some(&caller), &group, &query).await {
        Ok(export) => export,
        Err(error) => return refusal(&error),
    };
    let name = format!("members-{}-{}.csv", group.as_str().replace('/', "-"), state.app.now().date());
    // An error midway aborts the response, so that a part is not taken for the whole.
    let pieces = stream::try_unfold(export, |mut export| async move {
        let piece = export.next().await.inspect_err(|error| tracing::error!(%error, "export cut off"))?;
        Ok::<_, StorageError>(piece.map(|piece| (piece, export)))
    });
    let mark = stream::iter([Ok(BYTE_ORDER_MARK.to_vec())]);
    downloads::file(&name, downloads::CSV, Body::from_stream(mark.chain(pieces)))
}
