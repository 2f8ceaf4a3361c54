//! Shows the token of a request to whoever holds it.

use super::secrets::token_hash;
use crate::{
    storage::StoredToken,
    usecases::{App, Caller, UseCaseError, What},
};

/// The token itself, as its owner sees it in the list.
///
/// # Errors
/// It was deleted meanwhile.
pub async fn show_token(app: &App, caller: &Caller, token: &str) -> Result<StoredToken, UseCaseError> {
    let missing = || UseCaseError::NotFound(What::AccessToken);
    let mut uow = app.storage.read().await?;
    let found = uow.tokens().find_by_token_hash(&token_hash(token)).await?.ok_or_else(missing)?;
    let tokens = uow.tokens().list_of_user(caller.actor.id).await?;
    tokens.into_iter().find(|it| it.id == found.id).ok_or_else(missing)
}
