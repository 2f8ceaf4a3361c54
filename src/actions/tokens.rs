//! Making and revoking personal access tokens.

use leptos::prelude::*;

use super::error::ActionError;

/// Where the form for a new one posts to.
pub const CREATE_ADDRESS: &str = "/actions/create_token";
/// Where the buttons to revoke one post to.
pub const REVOKE_ADDRESS: &str = "/actions/revoke_token";
/// What their flash is about.
pub const SUBJECT: &str = "tokens";

/// Makes a token; the token itself, which is never shown again. A form that is refused comes back
/// with what was typed in the address.
#[server(prefix = "/actions", endpoint = "create_token")]
pub async fn create_token(
    name: String,
    #[server(default)] scopes: Vec<String>,
    expires_at: String,
) -> Result<String, ActionError> {
    use super::{
        flash::Outcome,
        support::{Next, call},
    };
    use crate::{
        domain::{paths, time::Timestamp, token::Scope},
        usecases::{UseCaseError, create_token::CreateToken},
    };

    let call = call(paths::ACCESS_TOKENS)?;
    let parsed: Option<Vec<Scope>> = scopes.iter().map(|key| Scope::from_key(key)).collect();
    let made = match (parsed, Timestamp::from_date(&expires_at)) {
        (None, _) => Err(UseCaseError::invalid("scopes", "Choose from the scopes that are listed.")),
        (_, None) => Err(UseCaseError::invalid("expires_at", "Write the date as YYYY-MM-DD.")),
        (Some(scopes), Some(expires_at)) => {
            let new = CreateToken { name: &name, scopes: &scopes, expires_at };
            crate::usecases::create_token::create_token(&call.app, &call.signed_in.caller, &new).await
        }
    };
    call.answer(SUBJECT, made, |result| match result {
        Ok(token) => Next::Page(
            paths::ACCESS_TOKENS.to_owned(),
            Outcome::TokenCreated { name: name.trim().to_owned(), token: token.clone() },
        ),
        Err(error) => {
            let typed = paths::access_tokens_with(&name, &scopes, &expires_at);
            Next::Page(typed, Outcome::Failed(error.clone()))
        }
    })
}

/// Revokes one of the caller's tokens.
#[server(prefix = "/actions", endpoint = "revoke_token")]
pub async fn revoke_token(id: i64) -> Result<String, ActionError> {
    use super::{
        flash::Outcome,
        support::{Next, call},
    };
    use crate::{
        domain::{ids::TokenId, paths},
        usecases,
    };

    let call = call(paths::ACCESS_TOKENS)?;
    let name = usecases::revoke_token::revoke_token(&call.app, &call.signed_in.caller, TokenId(id)).await;
    call.answer(SUBJECT, name, |result| {
        let outcome = match result {
            Ok(name) => Outcome::TokenRevoked { name: name.clone() },
            Err(error) => Outcome::Failed(error.clone()),
        };
        Next::Page(paths::ACCESS_TOKENS.to_owned(), outcome)
    })
}
