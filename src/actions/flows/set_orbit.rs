//! Changing one Orbit setting.

use leptos::prelude::*;

use crate::{
    actions::error::ActionError,
    domain::flows::orbit::{OrbitSetting, OrbitSettings},
};

/// The server function's URL, which is also the `action` of the forms.
pub const ADDRESS: &str = "/actions/set_orbit";

/// Sets `setting` and returns all Orbit settings.
#[server(prefix = "/actions", endpoint = "set_orbit")]
pub async fn set_orbit(
    setting: OrbitSetting,
    #[server(default)] enabled: bool,
) -> Result<OrbitSettings, ActionError> {
    use crate::{actions::support::call, domain::paths, usecases};

    let call = call(paths::BEHAVIOR)?;
    let settings =
        usecases::flows::set_orbit::set_orbit(&call.app, &call.signed_in.caller, setting, enabled).await;
    call.answer_on(setting.key(), paths::BEHAVIOR, settings)
}
