//! Forms that create and revoke personal access tokens.

use axum::response::Response;
use serde::Deserialize;

use crate::{
    actions::{accounts::tokens::SUBJECT, error::ActionError, flash::Outcome, form_answer::Next},
    domain::{ids::TokenId, paths, time::Timestamp, token::Scope},
    server::forms::Form,
    usecases::{
        UseCaseError,
        accounts::{create_token, revoke_token},
    },
};

#[derive(Deserialize)]
pub(super) struct NewTokenForm {
    name: String,
    #[serde(default)]
    scopes: Vec<String>,
    expires_at: String,
}

/// Creates a token, which is shown once. A refused form is redirected with its input in the query.
pub(super) async fn create(Form { posted, fields }: Form<NewTokenForm>) -> Result<Response, Response> {
    let NewTokenForm { name, scopes, expires_at } = fields;
    let by = posted.signed_in(paths::ACCESS_TOKENS).await?;
    let parsed: Option<Vec<Scope>> = scopes.iter().map(|key| Scope::from_key(key)).collect();
    let made = match (parsed, Timestamp::from_date(&expires_at)) {
        (None, _) => Err(UseCaseError::invalid("scopes", "Choose from the scopes that are listed.")),
        (_, None) => Err(UseCaseError::invalid("expires_at", "Write the date as YYYY-MM-DD.")),
        (Some(scopes), Some(expires_at)) => {
            let new = create_token::CreateToken { name: &name, scopes: &scopes, expires_at };
            create_token::create_token(by.app(), by.caller(), &new).await
        }
    };
    let next = |result: Result<&String, &ActionError>| match result {
        Ok(token) => Next::Page(
            paths::ACCESS_TOKENS.to_owned(),
            Outcome::TokenCreated { name: name.trim().to_owned(), token: token.clone() },
        ),
        Err(error) => {
            let typed = paths::access_tokens_with(&name, &scopes, &expires_at);
            Next::Page(typed, Outcome::Failed(error.clone()))
        }
    };
    Ok(by.answer(SUBJECT, made, next).await)
}

#[derive(Deserialize)]
pub(super) struct AToken {
    id: i64,
}

/// Revokes one of the caller's tokens.
pub(super) async fn revoke(Form { posted, fields }: Form<AToken>) -> Result<Response, Response> {
    let by = posted.signed_in(paths::ACCESS_TOKENS).await?;
    let name = revoke_token::revoke_token(by.app(), by.caller(), TokenId(fields.id)).await;
    let done = |name: &String| Outcome::TokenRevoked { name: name.clone() };
    Ok(by.answer_on(paths::ACCESS_TOKENS, SUBJECT, name, done).await)
}
