//! Who there is. For operators at the command line.

use super::App;
use crate::{domain::user::User, storage::StorageError};

/// Everybody, by user name.
pub async fn list_users(app: &App) -> Result<Vec<User>, StorageError> {
    app.storage.read().await?.users().list().await
}
