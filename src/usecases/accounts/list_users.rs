//! Lists all users, for operators at the command line.

use crate::{domain::user::User, storage::StorageError, usecases::App};

/// All users with their email addresses, sorted by username.
pub async fn list_users(app: &App) -> Result<Vec<(User, Option<String>)>, StorageError> {
    app.storage.read().await?.users().list().await
}
