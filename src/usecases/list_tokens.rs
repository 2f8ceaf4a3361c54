//! A user's own personal access tokens.

use super::{App, Caller, UseCaseError};
use crate::storage::StoredToken;

/// The newest first, revoked and expired ones with them.
pub async fn list_tokens(app: &App, caller: &Caller) -> Result<Vec<StoredToken>, UseCaseError> {
    Ok(app.storage.read().await?.tokens().list_of_user(caller.actor.id).await?)
}
