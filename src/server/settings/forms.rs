//! The form that changes an inherited setting.

use axum::response::Response;
use serde::Deserialize;

use crate::{
    actions::{error::ActionError, flash::Outcome, form_answer::Next, settings::INHERITED},
    domain::{
        namespace::GroupPath,
        settings::{
            addresses::{settings_confirming, settings_of},
            availability::DuoAvailability,
            setting::Setting,
        },
    },
    server::forms::Form,
    usecases::settings::{
        change_settings::Wanted,
        set_setting::{SetSetting, set_setting},
        setting_error::SettingError,
    },
};

#[derive(Deserialize)]
pub(super) struct Change {
    /// The path of a group or project; empty for the instance.
    group: String,
    setting: String,
    /// One of GitLab's four values, or [`INHERITED`].
    value: String,
    /// Whether everything below takes it over.
    #[serde(default)]
    cascade: bool,
    /// The version that the page showed.
    seen: i64,
    #[serde(default)]
    confirmed: bool,
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
        (INHERITED, _) => Some(Wanted::Inherited { cascade: fields.cascade }),
        (_, Some(value)) => {
            Some(Wanted::Own { on: value.is_on(), locked: value.is_locked(), cascade: fields.cascade })
        }
        (_, None) => None,
    };
    let (Some(setting), Some(wanted)) = (Setting::from_key(&fields.setting), wanted) else {
        return Err(posted.refused(ActionError::NotFound).await);
    };
    let page = settings_of(path.as_ref());
    let confirm = settings_confirming(path.as_ref(), setting, &fields.value, fields.cascade);
    let by = posted.signed_in(&page).await?;
    let command = SetSetting { path, setting, wanted, seen: fields.seen, confirmed: fields.confirmed };
    let done = set_setting(by.app(), by.caller(), &command).await;
    let own = done.as_ref().err().and_then(|error| error.own());
    let asks = matches!(own, Some(SettingError::DropsBelow { .. }));
    let next = |result: Result<&(), &ActionError>| match result {
        Ok(()) => Next::Page(page, Outcome::Saved),
        Err(_) if asks => Next::Silently(confirm),
        Err(error) => Next::Page(page, Outcome::Failed(error.clone())),
    };
    Ok(by.answer(setting.key(), done, next).await)
}
