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
        administrator::Administrator,
    },
};

#[derive(Deserialize)]
pub(super) struct NewTokenForm {
    name: String,
    #[serde(default)]
    scopes: Vec<String>,
    expires_at: String,
    /// The bot that the token is for; empty for the caller.
    #[serde(default)]
    bot: String,
}

/// The page with the tokens of this bot; of the caller when it is empty.
fn page_of(bot: &str) -> String {
    if bot.is_empty() { paths::ACCESS_TOKENS.to_owned() } else { paths::person(bot) }
}

/// Creates a token, which is shown once. A refused form is redirected with its input in the query.
pub(super) async fn create(Form { posted, fields }: Form<NewTokenForm>) -> Result<Response, Response> {
    let NewTokenForm { name, scopes, expires_at, bot } = fields;
    let page = page_of(&bot);
    let by = posted.signed_in(&page).await?;
    let parsed: Option<Vec<Scope>> = scopes.iter().map(|key| Scope::from_key(key)).collect();
    let made = match (parsed, Timestamp::from_date(&expires_at)) {
        (None, _) => Err(UseCaseError::invalid("scopes", "Choose from the scopes that are listed.")),
        (_, None) => Err(UseCaseError::invalid("expires_at", "Write the date as YYYY-MM-DD.")),
        (Some(scopes), Some(expires_at)) => {
            let new = create_token::CreateToken { name: &name, scopes: &scopes, expires_at };
            if bot.is_empty() {
                create_token::create_token(by.app(), by.caller(), &new).await
            } else {
                match Administrator::at_page(by.app(), by.caller()) {
                    Ok(who) => create_token::create_token_of_bot(by.app(), &who, &bot, &new).await,
                    Err(error) => Err(error),
                }
            }
        }
    };
    let next = |result: Result<&String, &ActionError>| match result {
        Ok(token) => {
            Next::Page(page, Outcome::TokenCreated { name: name.trim().to_owned(), token: token.clone() })
        }
        Err(error) => {
            let typed = if bot.is_empty() {
                paths::access_tokens_with(&name, &scopes, &expires_at)
            } else {
                paths::bot_tokens_with(&bot, &name, &scopes, &expires_at)
            };
            Next::Page(typed, Outcome::Failed(error.clone()))
        }
    };
    Ok(by.answer(SUBJECT, made, next).await)
}

#[derive(Deserialize)]
pub(super) struct AToken {
    id: i64,
    #[serde(default)]
    bot: String,
}

/// Revokes a token of the caller or of a bot.
pub(super) async fn revoke(Form { posted, fields }: Form<AToken>) -> Result<Response, Response> {
    let AToken { id, bot } = fields;
    let page = page_of(&bot);
    let by = posted.signed_in(&page).await?;
    let name = if bot.is_empty() {
        revoke_token::revoke_token(by.app(), by.caller(), TokenId(id)).await
    } else {
        match Administrator::at_page(by.app(), by.caller()) {
            Ok(who) => revoke_token::revoke_token_of_bot(by.app(), &who, &bot, TokenId(id)).await,
            Err(error) => Err(error),
        }
    };
    let done = |name: &String| Outcome::TokenRevoked { name: name.clone() };
    Ok(by.answer_on(&page, SUBJECT, name, done).await)
}
