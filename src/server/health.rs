//! Liveness and readiness.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use tokio::time::timeout;

use super::{ServerState, changing::PATIENCE};
use crate::storage::Storage;

/// The process responds.
pub(super) async fn liveness() -> impl IntoResponse {
    ([(header::CACHE_CONTROL, "no-store")], "ok\n")
}

/// Whether the server can work: 200, or 503 with the check that failed. The endpoint is public, so the
/// reasons are only logged.
pub(super) async fn readiness(State(state): State<Arc<ServerState>>) -> Response {
    let mut report = Report { ready: true, checks: Vec::new() };
    let storage = &state.app.storage;
    let (database, changes) = tokio::join!(database(storage), state.changing.check(storage));
    match database {
        Ok(missing) => {
            report.add("database", Ok(()));
            let migrated = if missing.is_empty() {
                Ok(())
            } else {
                Err(format!("the database lacks the migrations {missing:?}, or has others of these numbers"))
            };
            report.add("migrations", migrated);
            report.add("changes", changes);
        }
        Err(reason) => report.add("database", Err(reason)),
    }
    report.into_response()
}

/// Checks the database with a query: which of our migrations it lacks.
///
/// # Errors
/// Why it failed or timed out, for the log.
pub(super) async fn database(storage: &Storage) -> Result<Vec<i64>, String> {
    match timeout(PATIENCE, storage.missing_migrations()).await {
        Ok(Ok(missing)) => Ok(missing),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!("the database did not answer within {} s", PATIENCE.as_secs())),
    }
}

/// The results of the checks, in order.
#[derive(Serialize)]
struct Report {
    ready: bool,
    checks: Vec<Check>,
}

#[derive(Serialize)]
struct Check {
    name: &'static str,
    ok: bool,
}

impl Report {
    fn add(&mut self, name: &'static str, result: Result<(), String>) {
        if let Err(reason) = &result {
            tracing::warn!(check = name, reason, "not ready");
        }
        self.ready &= result.is_ok();
        self.checks.push(Check { name, ok: result.is_ok() });
    }
}

impl IntoResponse for Report {
    fn into_response(self) -> Response {
        let status = if self.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
        (status, [(header::CACHE_CONTROL, "no-store")], Json(self)).into_response()
    }
}
