//! Routes of the front page and the administration's home, and the export of consents.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{OriginalUri, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};

use super::{ServerState, downloads, routes::Routes};
use crate::{
    domain::paths,
    ui::{AdminConsentsPage, AdminHomePage, FrontPage},
    usecases::{
        SignedIn,
        list_consents::{ConsentFilter, ConsentState, export_consents},
    },
};

pub(super) fn routes() -> Routes {
    Routes::default()
        .page(paths::HOME, FrontPage)
        .page(paths::GROUPS, FrontPage)
        .page(paths::ADMIN, AdminHomePage)
        .page(paths::ADMIN_CONSENTS, AdminConsentsPage)
        .at(paths::CONSENTS_EXPORT, get(download_consents))
}

async fn download_consents(
    State(state): State<Arc<ServerState>>,
    OriginalUri(uri): OriginalUri,
    signed_in: Option<Extension<SignedIn>>,
) -> Response {
    let (caller, asked) = match downloads::asked(signed_in, &uri) {
        Ok(asked) => asked,
        Err(response) => return *response,
    };
    let consent_state = match asked.get("state") {
        None | Some("") => None,
        Some(key) => match ConsentState::from_key(key) {
            // A filter that is not understood never exports more than was asked for.
            None => return (StatusCode::BAD_REQUEST, "state: missing, given or off.\n").into_response(),
            known => known,
        },
    };
    let filter = ConsentFilter { search: asked.text("search"), state: consent_state };
    match export_consents(&state.app, &caller, &filter).await {
        Ok(csv) => downloads::csv(&format!("consents-{}.csv", state.app.now().date()), &csv),
        Err(error) => downloads::refusal(&error),
    }
}
