//! Lists the caller's own personal access tokens.

use crate::{
    storage::StoredToken,
    usecases::{App, Caller, UseCaseError},
};

/// Newest first, revoked and expired ones included.
pub async fn list_tokens(app: &App, caller: &Caller) -> Result<Vec<StoredToken>, UseCaseError> {
    Ok(app.storage.read().await?.tokens().list_of_user(caller.actor.id).await?)
}
