//! The form that changes an inherited setting.

use axum::response::Response;
use serde::Deserialize;

use crate::{
    actions::{error::ActionError, flash::Outcome, settings::INHERITED},
    domain::{
        namespace::GroupPath,
        paths,
        settings::{availability::DuoAvailability, setting::Setting},
    },
    server::forms::Form,
    usecases::settings::{
        change_settings::Wanted,
        set_setting::{SetSetting, set_setting},
    },
};

#[derive(Deserialize)]
pub(super) struct Change {
    /// The path of a group or project; empty for the instance.
    #[serde(default)]
    group: String,
    #[serde(default)]
    setting: String,
    /// One of GitLab's four values, or [`INHERITED`].
    #[serde(default)]
    value: String,
    /// Whether everything below takes it over.
    #[serde(default)]
    cascade: bool,
    /// The version that the page showed.
    #[serde(default)]
    seen: i64,
}

pub(super) async fn change(Form { posted, fields }: Form<Change>) -> Result<Response, Response> {
    // What no page sends.
    let path = match fields.group.as_str() {
        "" => None,
        path => match GroupPath::parse(path) {
            Ok(path) => Some(path),
            Err(_) => return Err(posted.refused(ActionError::NotFound).await),
        },
    };
    let wanted = match (fields.value.as_str(), DuoAvailability::from_key(&fields.value)) {
        (INHERITED, _) => Some(Wanted::Inherited),
        (_, Some(value)) => {
            Some(Wanted::Own { on: value.is_on(), locked: value.is_locked(), cascade: fields.cascade })
        }
        (_, None) => None,
    };
    let (Some(setting), Some(wanted)) = (Setting::from_key(&fields.setting), wanted) else {
        return Err(posted.refused(ActionError::NotFound).await);
    };
    let page = paths::settings_of(path.as_ref());
    let by = posted.signed_in(&page).await?;
    let command = SetSetting { path, setting, wanted, seen: fields.seen };
    let done = set_setting(by.app(), by.caller(), &command).await;
    Ok(by.answer_on(&page, setting.key(), done, |()| Outcome::Saved).await)
}
