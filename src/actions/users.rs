//! What administrators do with other users.

use leptos::prelude::*;

use super::error::ActionError;

/// Where the buttons to make a reset link post to.
pub const RESET_LINK_ADDRESS: &str = "/actions/make_reset_link";
/// What their flash is about.
pub const SUBJECT: &str = "users";

/// Makes a link with which `username` sets a new password; the link itself, which is never shown again.
/// `search` is what the list was searched for: the form comes back to the same list.
#[server(prefix = "/actions", endpoint = "make_reset_link")]
pub async fn make_reset_link(
    username: String,
    #[server(default)] search: String,
) -> Result<String, ActionError> {
    use super::{
        flash::Outcome,
        support::{Next, SiteOrigin, call},
    };
    use crate::{domain::paths, usecases};

    let list = paths::admin_users_searching(&search);
    let call = call(&list)?;
    let made = usecases::reset_links::make_reset_link(&call.app, &call.signed_in.caller, &username).await;
    let link = made.map(|token| paths::reset_link(&expect_context::<SiteOrigin>().0, &token));
    call.answer(SUBJECT, link, |result| {
        let outcome = match result {
            Ok(link) => Outcome::ResetLinkMade { username, link: link.clone() },
            Err(error) => Outcome::Failed(error.clone()),
        };
        Next::Page(list.clone(), outcome)
    })
}
