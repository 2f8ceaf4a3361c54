//! Routes of the front page and the administration's home, and the export of consents.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{OriginalUri, State},
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};

use super::{ServerState, errors::in_a_line, routes::Routes};
use crate::{
    actions::query::Query,
    domain::{error_kind::ErrorKind, paths},
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
    let Some(Extension(signed_in)) = signed_in else {
        let back = uri.path_and_query().map_or(paths::HOME, |it| it.as_str());
        return Redirect::to(&paths::sign_in_returning_to(back)).into_response();
    };
    let asked = Query::of(&uri);
    let consent_state = match asked.get("state") {
        None | Some("") => None,
        Some(key) => match ConsentState::from_key(key) {
            // A filter that is not understood never exports more than was asked for.
            None => return (StatusCode::BAD_REQUEST, "state: missing, given or off.\n").into_response(),
            known => known,
        },
    };
    let filter = ConsentFilter { search: asked.text("search"), state: consent_state };
    match export_consents(&state.app, &signed_in.caller, &filter).await {
        Ok(csv) => {
            let name = format!("consents-{}.csv", state.app.now().date());
            let headers = [
                (header::CONTENT_TYPE, String::from("text/csv; charset=utf-8")),
                (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
                (header::CACHE_CONTROL, String::from("no-store")),
            ];
            // Without the mark, spreadsheets may misdetect the encoding.
            (headers, ["\u{feff}".as_bytes(), &csv].concat()).into_response()
        }
        Err(error) => {
            if error.kind() == ErrorKind::Internal {
                tracing::error!(%error, "export failed");
            }
            let (status, line) = in_a_line(&error);
            (status, line + "\n").into_response()
        }
    }
}
