//! How a user likes the pages: theme and time format.

use leptos::prelude::*;

use super::error::ActionError;
use crate::domain::preferences::{Theme, TimeFormat};

/// Where the form posts to.
pub const ADDRESS: &str = "/actions/set_display";
/// What its flash is about.
pub const SUBJECT: &str = "display";

/// Saves both; Orbit stays as it is.
#[server(prefix = "/actions", endpoint = "set_display")]
pub async fn set_display(theme: Theme, time_format: TimeFormat) -> Result<(), ActionError> {
    use super::support::call;
    use crate::{
        domain::{paths, preferences::Display},
        usecases,
    };

    let call = call(paths::PREFERENCES)?;
    let display = Display { theme, time_format };
    let saved = usecases::save_display::save_display(&call.app, &call.signed_in.caller, display).await;
    call.answer_on(SUBJECT, paths::PREFERENCES, saved)
}
