//! A user's own preferences.

use super::{App, Caller, UseCaseError};
use crate::domain::{
    feature::{FlagActor, FlagDefinition, ORBIT_USER_PREFERENCE},
    orbit::OrbitSettings,
    preferences::Display,
};
use crate::storage::{StorageError, UnitOfWork};

#[derive(Clone, Copy, Debug)]
pub struct OwnPreferences {
    pub display: Display,
    /// `None` while the feature flag is off for the user: then there is no Orbit to choose.
    pub orbit: Option<OrbitSettings>,
}

pub async fn show_preferences(app: &App, caller: &Caller) -> Result<OwnPreferences, UseCaseError> {
    let mut uow = app.storage.read().await?;
    let user = caller.actor.id;
    let display = uow.preferences().display(user).await?.ok_or(UseCaseError::NotFound("user"))?;
    let orbit = if orbit_is_offered(&mut uow, caller).await? {
        uow.preferences().orbit(user).await?.map(|stored| stored.settings)
    } else {
        None
    };
    Ok(OwnPreferences { display, orbit })
}

/// Whether `orbit_user_preference` is on for the caller.
pub(super) async fn orbit_is_offered(uow: &mut UnitOfWork, caller: &Caller) -> Result<bool, StorageError> {
    let flag = FlagDefinition::find(ORBIT_USER_PREFERENCE).expect("the program knows it");
    let stored = uow.features().find(flag.name).await?;
    Ok(stored.gates.evaluate(flag, &[FlagActor::User(caller.actor.id)]).on)
}
