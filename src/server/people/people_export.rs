//! The list of people as a CSV file, with the list's filter and order.

use axum::{
    Extension,
    extract::{OriginalUri, State},
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use std::sync::Arc;

use crate::{
    actions::query::Query,
    domain::{error_kind::ErrorKind, paths, people::directory::PeopleQuery},
    server::{ServerState, errors::in_a_line},
    usecases::{SignedIn, UseCaseError, people::list_people::export_people},
};

/// Without it, spreadsheets may misdetect the encoding.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Leads from the former address of the list to where it is now.
pub(super) async fn moved(OriginalUri(uri): OriginalUri) -> Redirect {
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    Redirect::permanent(&format!("{}{query}", paths::ADMIN_PEOPLE))
}

pub(super) async fn download(
    State(state): State<Arc<ServerState>>,
    OriginalUri(uri): OriginalUri,
    signed_in: Option<Extension<SignedIn>>,
) -> Response {
    let Some(Extension(signed_in)) = signed_in else {
        let back = uri.path_and_query().map_or(paths::HOME, |it| it.as_str());
        return Redirect::to(&paths::sign_in_returning_to(back)).into_response();
    };
    let asked = Query::of(&uri);
    if let Some(name) = asked.repeated() {
        return (StatusCode::BAD_REQUEST, format!("{name}: say it once.\n")).into_response();
    }
    let csv = match PeopleQuery::read(|name| asked.text(name)) {
        Some(query) => export_people(&state.app, &signed_in.caller, &query).await,
        None if signed_in.caller.actor.is_admin => {
            return (StatusCode::BAD_REQUEST, "This filter or order is not known.\n").into_response();
        }
        None => Err(UseCaseError::NeedsAdministrator),
    };
    let csv = match csv {
        Ok(csv) => [BYTE_ORDER_MARK, &csv].concat(),
        Err(error) => return refusal(&error),
    };
    let name = format!("people-{}.csv", state.app.now().date());
    let headers = [
        (header::CONTENT_TYPE, String::from("text/csv; charset=utf-8")),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (header::CACHE_CONTROL, String::from("no-store")),
    ];
    (headers, csv).into_response()
}

fn refusal(error: &UseCaseError) -> Response {
    if error.kind() == ErrorKind::Internal {
        tracing::error!(%error, "export failed");
    }
    let (status, line) = in_a_line(error);
    (status, line + "\n").into_response()
}
