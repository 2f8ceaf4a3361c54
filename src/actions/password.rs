//! Changing one's own password.

use leptos::prelude::*;

use super::error::ActionError;

/// Where the form posts to.
pub const ADDRESS: &str = "/actions/change_password";
/// What its flash is about.
pub const SUBJECT: &str = "password";

/// Changes it, and ends every other session.
#[server(prefix = "/actions", endpoint = "change_password")]
pub async fn change_password(
    current_password: String,
    password: String,
    password_confirmation: String,
) -> Result<(), ActionError> {
    use super::support::call;
    use crate::{domain::paths, usecases::change_password as usecase};

    let call = call(paths::PASSWORD)?;
    let form = usecase::ChangePassword {
        token: &call.session_token(),
        current: &current_password,
        new: &password,
        again: &password_confirmation,
    };
    let changed = usecase::change_password(&call.app, &call.signed_in, &form).await;
    let changed = changed.map(|token| call.keep_session(token));
    call.answer_on(SUBJECT, paths::PASSWORD, changed)
}
