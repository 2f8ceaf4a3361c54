//! The list of people as a CSV file, with the list's filter and order.

use axum::{
    Extension,
    extract::{OriginalUri, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use std::sync::Arc;

use crate::{
    domain::people::directory::PeopleQuery,
    server::{
        ServerState,
        downloads::{self, refusal},
    },
    usecases::{SignedIn, UseCaseError, people::list_people::export_people},
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
    let csv = match PeopleQuery::read(|name| asked.text(name)) {
        Some(query) => export_people(&state.app, &caller, &query).await,
        None if caller.actor.is_admin => {
            return (StatusCode::BAD_REQUEST, "This filter or order is not known.\n").into_response();
        }
        None => Err(UseCaseError::NeedsAdministrator),
    };
    let csv = match csv {
        Ok(csv) => csv,
        Err(error) => return refusal(&error),
    };
    let name = format!("people-{}.csv", state.app.now().date());
    downloads::csv(&name, &csv)
}
