//! Saves one of a user's Orbit settings; the others stay as they are, unset ones included.

use super::show_preferences::orbit_is_offered;
use crate::{
    domain::{
        audit::AuditKind,
        error_kind::ErrorKind,
        flags::ORBIT_USER_PREFERENCE,
        flows::orbit::{OrbitSetting, OrbitSettings},
    },
    usecases::{
        App, Caller, Explained, UseCaseError, What,
        audit_trail::{Happened, record},
        retry::until_first,
    },
};

/// The feature flag for Orbit is off for the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The feature flag {0} is off for you.")]
pub struct FeatureOff(pub &'static str);

impl Explained for FeatureOff {
    fn kind(&self) -> ErrorKind {
        ErrorKind::FeatureOff
    }
}

/// Returns the new settings.
///
/// # Errors
/// [`FeatureOff`] while `orbit_user_preference` is off for the user.
pub async fn set_orbit(
    app: &App,
    caller: &Caller,
    setting: OrbitSetting,
    on: bool,
) -> Result<OrbitSettings, UseCaseError> {
    until_first(app, || try_once(app, caller, setting, on)).await
}

async fn try_once(
    app: &App,
    caller: &Caller,
    setting: OrbitSetting,
    on: bool,
) -> Result<OrbitSettings, UseCaseError> {
    let mut uow = app.storage.begin().await?;
    if !orbit_is_offered(app, &mut uow, caller).await? {
        return Err(FeatureOff(ORBIT_USER_PREFERENCE).into());
    }
    let user = caller.actor.id;
    let before = uow.preferences().orbit(user).await?.ok_or(UseCaseError::NotFound(What::User))?;
    if before.settings.get(setting) == Some(on) {
        return Ok(before.settings);
    }
    let settings = before.settings.with(setting, on);
    uow.preferences().save_orbit(user, settings, before.version).await?;
    let say = |chosen: Option<bool>| chosen.map_or("unset", |on| if on { "on" } else { "off" }).to_owned();
    let happened = Happened {
        from: say(before.settings.get(setting)),
        to: say(Some(on)),
        ..Happened::to(AuditKind::OrbitSettingsUpdated, setting.key())
    };
    record(app, &mut uow, caller, happened);
    uow.commit().await?;
    Ok(settings)
}
