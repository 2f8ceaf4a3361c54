//! The download of the members of a group or project, as CSV.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{OriginalUri, State},
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};

use crate::{
    actions::query::Query,
    domain::{error_kind::ErrorKind, namespace::GroupPath, paths, people::members::MemberQuery},
    server::{ServerState, errors::in_a_line},
    usecases::{
        SignedIn, UseCaseError, What,
        people::export_members::{member_rows, members_csv},
    },
};

/// Without it, spreadsheets may misdetect the encoding.
const BYTE_ORDER_MARK: &str = "\u{feff}";

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
    let Ok(group) = GroupPath::parse(&asked.text("group")) else {
        return refusal(&UseCaseError::NotFound(What::GroupOrProject));
    };
    let query = match MemberQuery::read(|name| asked.text(name)) {
        Ok(query) => query,
        Err(wrong) => {
            return (StatusCode::BAD_REQUEST, format!("{}: {wrong}\n", wrong.field)).into_response();
        }
    };
    let rows = match member_rows(&state.app, Some(&signed_in.caller), &group, &query).await {
        Ok(rows) => rows,
        Err(error) => return refusal(&error),
    };
    let name = format!("members-{}-{}.csv", group.as_str().replace('/', "-"), state.app.now().date());
    let mut body = BYTE_ORDER_MARK.as_bytes().to_vec();
    body.extend(members_csv(rows));
    let headers = [
        (header::CONTENT_TYPE, String::from("text/csv; charset=utf-8")),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (header::CACHE_CONTROL, String::from("no-store")),
    ];
    (headers, body).into_response()
}

fn refusal(error: &UseCaseError) -> Response {
    if error.kind() == ErrorKind::Internal {
        tracing::error!(%error, "export failed");
    }
    let (status, line) = in_a_line(error);
    (status, line + "\n").into_response()
}
