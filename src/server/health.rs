//! Whether the server lives, and whether it can work.

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
};

use super::ServerState;

/// The process answers.
pub(super) async fn liveness() -> impl IntoResponse {
    ([(header::CACHE_CONTROL, "no-store")], "ok\n")
}

/// The database answers too; 503 when it does not.
pub(super) async fn readiness(State(state): State<ServerState>) -> impl IntoResponse {
    let (status, text) = match state.app.storage.ping().await {
        Ok(()) => (StatusCode::OK, "ok\n"),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
        }
    };
    (status, [(header::CACHE_CONTROL, "no-store")], text)
}
