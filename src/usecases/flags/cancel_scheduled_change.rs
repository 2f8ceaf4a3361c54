//! Cancels a pending scheduled change of a feature flag.

use super::{
    list_scheduled_changes::{Scheduled, in_words},
    scheduled_job::end_job,
};
use crate::{
    domain::{
        audit::{AuditActor, AuditKind},
        flags::{Ended, ScheduleState},
        ids::ScheduledChangeId,
        jobs::job::Ending,
    },
    storage::UnitOfWork,
    usecases::{
        App, FlagEditor, FlagError, Origin, UseCaseError, What,
        audit_trail::{Happened, record_as},
    },
};

/// Returns the cancelled change. With `flag`, it must be a change of that flag.
///
/// # Errors
/// [`UseCaseError::NotFound`] when there is no such change, [`FlagError::NotPending`] when it has ended.
pub async fn cancel_scheduled_change(
    app: &App,
    editor: &FlagEditor,
    flag: Option<&str>,
    id: ScheduledChangeId,
) -> Result<Scheduled, UseCaseError> {
    let mut uow = app.storage.begin().await?;
    let by = (&editor.actor, &editor.origin);
    let cancelled = cancel(app, &mut uow, by, flag, id).await?;
    let outcome = cancelled_by(&editor.actor);
    end_job(&mut uow, id, app.now(), &outcome).await?;
    uow.commit().await?;
    Ok(cancelled)
}

fn cancelled_by(actor: &AuditActor) -> String {
    format!("Cancelled by {}.", actor.username)
}

/// Cancels the change but not its job, which the caller ends.
pub(in crate::usecases) async fn cancel(
    app: &App,
    uow: &mut UnitOfWork,
    (actor, origin): (&AuditActor, &Origin),
    flag: Option<&str>,
    id: ScheduledChangeId,
) -> Result<Scheduled, UseCaseError> {
    let ended = Ended { how: Ending::Cancelled, at: app.now(), outcome: cancelled_by(actor) };
    // First, so that a concurrent execution has either finished, or waits for this.
    let was_pending = uow.scheduled_changes().end(id, &ended).await?.is_some();
    let found = uow.scheduled_changes().find(id).await?;
    let change = found
        .filter(|it| flag.is_none_or(|flag| flag == it.plan.flag))
        .ok_or(UseCaseError::NotFound(What::ScheduledChange))?;
    if let ScheduleState::Ended(before) = &change.state
        && !was_pending
    {
        return Err(FlagError::NotPending(before.clone()).into());
    }
    let scheduled = in_words(uow, change).await?;
    let plan = &scheduled.change.plan;
    let happened = Happened {
        from: scheduled.line(),
        ..Happened::to_flag(AuditKind::FeatureChangeCancelled, &plan.flag, plan.environment)
    };
    record_as(app.now(), uow, actor.clone(), origin, happened);
    Ok(scheduled)
}
