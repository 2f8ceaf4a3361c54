//! Creates an empty feature group.

use super::set_feature_group::{check_group_name, save};
use crate::usecases::{App, FlagEditor, UseCaseError, retry::until_first};

/// # Errors
/// The name is taken: an existing group keeps its members.
pub async fn create_feature_group(app: &App, editor: &FlagEditor, name: &str) -> Result<(), UseCaseError> {
    until_first(app, || try_once(app, editor, name)).await
}

async fn try_once(app: &App, editor: &FlagEditor, name: &str) -> Result<(), UseCaseError> {
    check_group_name(name)?;
    let mut uow = app.storage.begin().await?;
    if uow.feature_groups().find(name).await?.is_some() {
        return Err(UseCaseError::invalid("name", format!("There is a feature group {name} already.")));
    }
    save(app, uow, editor, name, None, Vec::new()).await
}
