//! Lists all users, for operators at the command line.

use crate::{
    storage::{Account, StorageError},
    usecases::App,
};

/// All users, sorted by username.
pub async fn list_users(app: &App) -> Result<Vec<Account>, StorageError> {
    app.storage.read().await?.users().list().await
}
