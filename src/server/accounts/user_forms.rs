//! User administration.

use axum::response::Response;
use serde::Deserialize;

use crate::{
    actions::{accounts::users::SUBJECT, flash::Outcome},
    domain::paths,
    server::forms::Form,
    usecases::accounts::reset_links,
};

#[derive(Deserialize)]
pub(super) struct WhoseLink {
    username: String,
    /// The search of the list, to which the form returns.
    #[serde(default)]
    search: String,
}

/// Creates a password reset link, which is shown once.
pub(super) async fn make_reset_link(Form { posted, fields }: Form<WhoseLink>) -> Result<Response, Response> {
    let WhoseLink { username, search } = fields;
    let list = paths::admin_users_searching(&search);
    let by = posted.signed_in(&list).await?;
    let made = reset_links::make_reset_link(by.app(), by.caller(), &username).await;
    let link = made.map(|token| paths::reset_link(&by.posted().state().origin, &token));
    let done = |link: &String| Outcome::ResetLinkMade { username, link: link.clone() };
    Ok(by.answer_on(&list, SUBJECT, link, done).await)
}
