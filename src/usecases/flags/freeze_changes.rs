//! Begins and ends change freezes, during which flags change only with an overriding reason.

use super::flag_change;
use crate::{
    domain::{audit::AuditKind, environment::Environment, time::Timestamp},
    storage::ChangeFreeze,
    usecases::{
        App, FlagEditor, UseCaseError,
        audit_trail::{Happened, record_as},
    },
};

/// `false` when there is already a freeze with the same reason. Idempotent.
///
/// # Errors
/// There is a freeze with another reason, which is kept.
pub async fn begin_freeze(
    app: &App,
    editor: &FlagEditor,
    environment: Environment,
    reason: &str,
) -> Result<bool, UseCaseError> {
    let reason = flag_change::reason("reason", reason)?;
    let mut uow = app.storage.begin().await?;
    let freeze = ChangeFreeze {
        reason: reason.to_owned(),
        since: app.now(),
        by_username: editor.actor.username.clone(),
    };
    if !uow.change_freezes().begin(environment, &freeze).await? {
        let before = uow.change_freezes().find(environment).await?;
        if before.is_some_and(|it| it.reason == freeze.reason) {
            return Ok(false);
        }
        let message = format!("There is a change freeze in {environment} already. End it first.");
        return Err(UseCaseError::invalid("environment", message));
    }
    let happened =
        Happened { to: reason.to_owned(), ..Happened::to(AuditKind::ChangeFreezeBegun, environment.key()) };
    record_as(app.now(), &mut uow, editor.actor.clone(), &editor.origin, happened);
    uow.commit().await?;
    Ok(true)
}

/// Whether there was a freeze. With `seen`, the time when the freeze that was shown began, only that one is
/// ended.
pub async fn end_freeze(
    app: &App,
    editor: &FlagEditor,
    environment: Environment,
    seen: Option<Timestamp>,
) -> Result<bool, UseCaseError> {
    let mut uow = app.storage.begin().await?;
    let Some(freeze) = uow.change_freezes().find(environment).await? else { return Ok(false) };
    if seen.is_some_and(|seen| seen != freeze.since) {
        let message =
            format!("Another change freeze has begun in {environment} since. See why, then end it.");
        return Err(UseCaseError::invalid("seen", message));
    }
    if !uow.change_freezes().end(environment, freeze.since).await? {
        return Ok(false);
    }
    let happened = Happened::to(AuditKind::ChangeFreezeEnded, environment.key());
    record_as(app.now(), &mut uow, editor.actor.clone(), &editor.origin, happened);
    uow.commit().await?;
    Ok(true)
}
