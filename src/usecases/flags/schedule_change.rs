//! Schedules a change of a feature flag. Its author must still be an administrator when it is due.

use super::{
    flag_change::reason,
    flag_definitions::{self, unknown},
    flag_policy::Where,
    list_scheduled_changes::{Scheduled, in_words},
    scheduled_job::add_job,
    set_feature::changes,
};
use crate::{
    domain::{
        audit::AuditKind,
        environment::Environment,
        flags::{
            FlagValue, PlannedChange, ScheduleState, ScheduledChange, Targets, check_due, check_flag_name,
        },
        time::Timestamp,
    },
    storage::UnitOfWork,
    usecases::{
        App, FlagEditor, FlagError, UseCaseError,
        audit_trail::{Happened, record_as},
    },
};

/// How many changes of a flag may be pending at once.
const MOST: usize = 100;

#[derive(Clone, Debug)]
pub struct ScheduleChange {
    pub name: String,
    pub value: FlagValue,
    pub targets: Targets,
    /// When named explicitly, staging must go before production at the due time.
    pub environment: Where<Environment>,
    pub due_at: Timestamp,
    pub reason: Option<String>,
    /// Whether the flag may lack a definition.
    pub undefined_too: bool,
}

/// Schedules the change and returns it. Names are resolved to ids now; a later holder of a name is not
/// affected.
pub async fn schedule_change(
    app: &App,
    editor: &FlagEditor,
    command: &ScheduleChange,
) -> Result<Scheduled, UseCaseError> {
    let mut uow = app.storage.begin().await?;
    let scheduled = schedule_in(app, &mut uow, editor, command).await?;
    uow.commit().await?;
    Ok(scheduled)
}

/// Schedules the change in a unit of work that the caller commits.
pub(in crate::usecases) async fn schedule_in(
    app: &App,
    uow: &mut UnitOfWork,
    editor: &FlagEditor,
    command: &ScheduleChange,
) -> Result<Scheduled, UseCaseError> {
    check_flag_name(&command.name).map_err(|error| FlagError::BadName(error.message))?;
    check_due(command.due_at, app.now()).map_err(|error| UseCaseError::invalid("at", error))?;
    let why = command.reason.as_deref().map(|it| reason("reason", it)).transpose()?;
    if !command.undefined_too && flag_definitions::find(uow, &command.name).await?.is_none() {
        return Err(unknown(uow, &command.name).await?);
    }
    let limit = i64::try_from(MOST).unwrap_or(i64::MAX);
    if uow.scheduled_changes().pending(Some(&command.name), limit).await?.len() >= MOST {
        let message = format!("{MOST} changes of this flag wait already. Cancel some of them.");
        return Err(UseCaseError::invalid("at", message));
    }
    let plan = PlannedChange {
        flag: command.name.clone(),
        environment: command.environment.environment(app),
        due_at: command.due_at,
        changes: changes(uow, command.value, &command.targets).await?,
        compare_with_staging: command.environment.is_compared_with_staging(),
        reason: why.map(str::to_owned),
        by: editor.actor.clone(),
        planned_at: app.now(),
    };
    let id = uow.scheduled_changes().add(&plan).await?;
    add_job(uow, id, &plan.flag, plan.due_at, plan.planned_at).await?;
    let scheduled = in_words(uow, ScheduledChange { id, plan, state: ScheduleState::Pending }).await?;
    let plan = &scheduled.change.plan;
    let happened = Happened {
        to: scheduled.line(),
        reason: plan.reason.clone(),
        ..Happened::to_flag(AuditKind::FeatureChangeScheduled, &plan.flag, plan.environment)
    };
    record_as(app.now(), uow, editor.actor.clone(), &editor.origin, happened);
    Ok(scheduled)
}
