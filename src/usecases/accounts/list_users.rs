//! Who there is. For operators at the command line.

use crate::{domain::user::User, storage::StorageError, usecases::App};

/// Everybody with their address, by user name.
pub async fn list_users(app: &App) -> Result<Vec<(User, Option<String>)>, StorageError> {
    app.storage.read().await?.users().list().await
}
