//! The download of the members of a group or project, as CSV.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{OriginalUri, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};

use crate::{
    domain::{namespace::GroupPath, people::members::MemberQuery},
    server::{
        ServerState,
        downloads::{self, refusal},
    },
    usecases::{
        SignedIn, UseCaseError, What,
        people::export_members::{member_rows, members_csv},
    },
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
    let rows = match member_rows(&state.app, Some(&caller), &group, &query).await {
        Ok(rows) => rows,
        Err(error) => return refusal(&error),
    };
    let name = format!("members-{}-{}.csv", group.as_str().replace('/', "-"), state.app.now().date());
    downloads::csv(&name, &members_csv(rows))
}
