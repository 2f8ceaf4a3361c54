//! Shows the caller's own preferences.

use crate::{
    domain::{
        flags::{FlagActor, ORBIT_USER_PREFERENCE},
        flows::orbit::OrbitSettings,
        preferences::Display,
    },
    storage::{StorageError, UnitOfWork},
    usecases::{
        App, Caller, UseCaseError, What,
        flags::{evaluate_flag::evaluate_in, flag_definitions::ours},
        load,
    },
};

#[derive(Clone, Copy, Debug)]
pub struct OwnPreferences {
    pub display: Display,
    /// `None` while the feature flag is off for the user, so that Orbit is unavailable.
    pub orbit: Option<OrbitSettings>,
}

pub async fn show_preferences(app: &App, caller: &Caller) -> Result<OwnPreferences, UseCaseError> {
    let mut uow = app.storage.read().await?;
    let user = caller.actor.id;
    let display = uow.preferences().display(user).await?.ok_or(UseCaseError::NotFound(What::User))?;
    let orbit = if orbit_is_offered(app, &mut uow, caller).await? {
        uow.preferences().orbit(user).await?.map(|stored| stored.settings)
    } else {
        None
    };
    Ok(OwnPreferences { display, orbit })
}

/// Whether `orbit_user_preference` is on for the caller, or for a group where they have a role, inherited
/// ones included.
pub(super) async fn orbit_is_offered(
    app: &App,
    uow: &mut UnitOfWork,
    caller: &Caller,
) -> Result<bool, StorageError> {
    let flag = ours(ORBIT_USER_PREFERENCE);
    let gates = uow.features().find(app.environment(), &flag.name).await?.gates;
    let user = caller.actor.id;
    let mut actors = vec![FlagActor::User(user)];
    for actor in gates.actors.iter().chain(&gates.opted_out) {
        if let FlagActor::Group(group) = actor
            && load::standing(uow, user, *group, app.now()).await?.here.is_some()
        {
            actors.push(*actor);
        }
    }
    Ok(evaluate_in(app, uow, flag, &gates, &actors).await?.on)
}
