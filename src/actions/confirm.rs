//! Proving again who one is, before something that matters.

use leptos::prelude::*;

use super::error::ActionError;

/// Where the form posts to.
pub const ADDRESS: &str = "/actions/confirm_sign_in";
/// What its flash is about.
pub const SUBJECT: &str = "confirm";

/// Checks the caller's password, and leads back to what it was asked for.
#[server(prefix = "/actions", endpoint = "confirm_sign_in")]
pub async fn confirm_sign_in(
    password: String,
    #[server(default)] return_to: String,
) -> Result<(), ActionError> {
    use super::{
        flash::Outcome,
        support::{Next, call},
    };
    use crate::{domain::paths, usecases};

    let back = paths::safe_return(Some(&return_to)).to_owned();
    let call = call(&back)?;
    let (app, caller, token) = (&call.app, &call.signed_in.caller, call.session_token());
    let confirmed = usecases::confirm_sign_in::confirm_sign_in(app, caller, &token, &password).await;
    let confirmed = confirmed.map(|token| call.keep_session(token));
    call.answer(SUBJECT, confirmed, |result| match result {
        Ok(()) => Next::Silently(back),
        Err(error) => Next::Page(paths::confirm_returning_to(&back), Outcome::Failed(error.clone())),
    })
}
