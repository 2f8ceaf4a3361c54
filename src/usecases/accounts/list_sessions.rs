//! Lists the caller's sessions.

use crate::{
    storage::OpenSession,
    usecases::{App, Caller, UseCaseError},
};

/// The caller's sessions, most recently used first.
pub async fn list_sessions(app: &App, caller: &Caller) -> Result<Vec<OpenSession>, UseCaseError> {
    let now = app.now();
    let idle_since = now.plus_millis(-app.settings.session_idle_millis);
    Ok(app.storage.read().await?.sessions().list_of_user(caller.actor.id, now, idle_since).await?)
}
