//! Begins and ends a change freeze: meanwhile nobody sets a flag there without saying why.

use super::{
    App, FlagEditor, UseCaseError,
    audit_trail::{Happened, record_as},
};
use crate::{
    domain::{audit::AuditKind, environment::Environment},
    storage::ChangeFreeze,
};

/// The most bytes of a reason.
const MAX_REASON: usize = 500;

/// Whether it is new. A freeze that there was stays, with its reason.
pub async fn begin_freeze(
    app: &App,
    editor: &FlagEditor,
    environment: Environment,
    reason: &str,
) -> Result<bool, UseCaseError> {
    let reason = reason.trim();
    if reason.is_empty() || reason.len() > MAX_REASON || reason.contains('\0') {
        return Err(UseCaseError::invalid("reason", format!("The reason has 1 to {MAX_REASON} bytes.")));
    }
    let mut uow = app.storage.begin().await?;
    let freeze = ChangeFreeze {
        reason: reason.to_owned(),
        since: app.now(),
        by_username: editor.actor.username.clone(),
    };
    if !uow.change_freezes().begin(environment, &freeze).await? {
        return Ok(false);
    }
    let happened =
        Happened { to: reason.to_owned(), ..Happened::to(AuditKind::ChangeFreezeBegun, environment.key()) };
    record_as(app.now(), &mut uow, editor.actor.clone(), &editor.origin, happened);
    uow.commit().await?;
    Ok(true)
}

/// Whether there was one.
pub async fn end_freeze(
    app: &App,
    editor: &FlagEditor,
    environment: Environment,
) -> Result<bool, UseCaseError> {
    let mut uow = app.storage.begin().await?;
    if !uow.change_freezes().end(environment).await? {
        return Ok(false);
    }
    let happened = Happened::to(AuditKind::ChangeFreezeEnded, environment.key());
    record_as(app.now(), &mut uow, editor.actor.clone(), &editor.origin, happened);
    uow.commit().await?;
    Ok(true)
}
