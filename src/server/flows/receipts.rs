//! The download of a consent's receipt.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{OriginalUri, Path, State},
    response::Response,
};

use crate::{
    domain::ids::ConsentId,
    server::{
        ServerState,
        downloads::{self, refusal},
    },
    usecases::{SignedIn, UseCaseError, What, flows::show_consents::show_receipt},
    wire::flows::consent_receipt::ConsentReceipt,
};

/// As the API gives it.
pub(super) async fn download(
    State(state): State<Arc<ServerState>>,
    OriginalUri(uri): OriginalUri,
    Path(id): Path<String>,
    signed_in: Option<Extension<SignedIn>>,
) -> Response {
    let (caller, _) = match downloads::asked(signed_in, &uri) {
        Ok(asked) => asked,
        Err(response) => return *response,
    };
    let Ok(id) = id.parse().map(ConsentId) else {
        return refusal(&UseCaseError::NotFound(What::Consent));
    };
    match show_receipt(&state.app, &caller, id).await {
        Ok(receipt) => {
            let json = serde_json::to_string_pretty(&ConsentReceipt::from(receipt)).unwrap_or_default();
            downloads::file(&format!("consent-{id}.json"), "application/json", json)
        }
        Err(error) => refusal(&error),
    }
}
