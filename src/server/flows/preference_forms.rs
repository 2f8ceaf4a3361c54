//! The form of display preferences. Orbit preferences are saved by an island.

use axum::response::Response;
use serde::Deserialize;

use crate::{
    actions::{flash::Outcome, flows::set_display},
    domain::{
        paths,
        preferences::{Display, Theme, TimeFormat},
    },
    server::forms::Form,
    usecases::flows::save_display,
};

#[derive(Deserialize)]
pub(super) struct HowPagesLook {
    theme: Theme,
    time_format: TimeFormat,
}

/// Saves theme and time format; Orbit preferences are unchanged.
pub(super) async fn set_display(Form { posted, fields }: Form<HowPagesLook>) -> Result<Response, Response> {
    let by = posted.signed_in(paths::PREFERENCES).await?;
    let display = Display { theme: fields.theme, time_format: fields.time_format };
    let saved = save_display::save_display(by.app(), by.caller(), display).await;
    Ok(by.answer_on(paths::PREFERENCES, set_display::SUBJECT, saved, |()| Outcome::Saved).await)
}
