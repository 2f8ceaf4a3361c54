//! Saves a user's display preferences. Does not affect Orbit.

use crate::{
    domain::{audit::AuditKind, preferences::Display},
    usecases::{
        App, Caller, UseCaseError, What,
        audit_trail::{Happened, record},
    },
};

pub async fn save_display(app: &App, caller: &Caller, display: Display) -> Result<(), UseCaseError> {
    let mut uow = app.storage.begin().await?;
    let user = caller.actor.id;
    let before = uow.preferences().display(user).await?.ok_or(UseCaseError::NotFound(What::User))?;
    if before == display {
        return Ok(());
    }
    uow.preferences().save_display(user, display).await?;
    let say =
        |display: Display| format!("theme {}, times {}", display.theme.key(), display.time_format.key());
    let happened = Happened {
        from: say(before),
        to: say(display),
        ..Happened::to(AuditKind::PreferencesUpdated, &caller.actor.username)
    };
    record(app, &mut uow, caller, happened);
    Ok(uow.commit().await?)
}
