//! Applies a scheduled change that is due: the step of its job. The change is claimed in the transaction that
//! applies it, so it is applied at most once.

use super::{
    cancel_scheduled_change::cancel,
    flag_change::{FlagChange, To, carry_out},
    flag_definitions,
    flag_names::record_of,
    list_scheduled_changes::in_words,
    scheduled_job::KIND,
};
use crate::{
    domain::{
        actor::Surface,
        audit::{AuditActor, AuditKind},
        environment::Environment,
        flags::Ended,
        ids::ScheduledChangeId,
        jobs::job::{Ending, Job},
        stored::Stored,
    },
    storage::{StorageError, UnitOfWork},
    usecases::{
        App, FlagEditor, FlagError, Guard, Origin, Tally, UseCaseError,
        audit_trail::{Happened, record_as},
        jobs::job_handlers::{Effect, JobFailure, JobHandler, Step, Work},
    },
};

/// One job per scheduled change, with the change's id as subject.
pub struct ScheduledChangeHandler;

impl JobHandler<App> for ScheduledChangeHandler {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn title<'a>(&'a self, uow: &'a mut UnitOfWork, job: &'a Job) -> Work<'a, String> {
        Box::pin(async move {
            let Some(change) = uow.scheduled_changes().find(id_of(job)?).await? else {
                return Ok(String::from("A change of a feature flag that is gone."));
            };
            let scheduled = in_words(uow, change).await?;
            let plan = &scheduled.change.plan;
            Ok(format!("{} in {}: {}", plan.flag, plan.environment, scheduled.what))
        })
    }

    fn adopt<'a>(&'a self, uow: &'a mut UnitOfWork) -> Work<'a, ()> {
        Box::pin(async move { Ok(uow.scheduled_changes().add_missing_jobs().await?) })
    }

    fn step<'a>(
        &'a self,
        app: &'a App,
        uow: &'a mut UnitOfWork,
        job: &'a Job,
        _effect: Option<Effect>,
    ) -> Work<'a, Step> {
        Box::pin(async move {
            let made = make(app, uow, id_of(job)?).await?;
            Ok(Step::Done(made.unwrap_or_else(|| String::from("It had ended before."))))
        })
    }

    fn gives_up<'a>(
        &'a self,
        app: &'a App,
        uow: &'a mut UnitOfWork,
        job: &'a Job,
        failure: &'a JobFailure,
    ) -> Work<'a, bool> {
        Box::pin(async move {
            if failure.is_passing && !job.is_hopeless() {
                return Ok(false);
            }
            fail(app, uow, id_of(job)?, &failure.words).await?;
            Ok(true)
        })
    }

    fn stop<'a>(
        &'a self,
        app: &'a App,
        uow: &'a mut UnitOfWork,
        job: &'a Job,
        by: (&'a AuditActor, &'a Origin),
    ) -> Work<'a, ()> {
        Box::pin(async move { cancel(app, uow, by, None, id_of(job)?).await.map(drop) })
    }

    fn can_be_retried(&self) -> bool {
        false
    }

    fn ended(&self, tally: &Tally, how: Ending) {
        tally.scheduled_change(how);
    }
}

/// The id of the change that a job is for.
fn id_of(job: &Job) -> Result<ScheduledChangeId, StorageError> {
    let id = job.subject.parse().map_err(|_| StorageError::Inconsistent {
        table: "jobs",
        column: "subject",
        value: job.subject.clone(),
    })?;
    Ok(ScheduledChangeId(id))
}

/// Describes what was changed; `None` when the change is no longer pending.
async fn make(
    app: &App,
    uow: &mut UnitOfWork,
    id: ScheduledChangeId,
) -> Result<Option<String>, UseCaseError> {
    let Some(plan) = uow.scheduled_changes().claim(id, app.now()).await? else { return Ok(None) };
    is_still_administrator(uow, &plan.by).await?;
    let definition = flag_definitions::find(uow, &plan.flag).await?;
    let editor = FlagEditor { actor: plan.by.clone(), origin: origin(id), chat_request: None };
    let change = FlagChange {
        flag: &plan.flag,
        definition: definition.as_ref(),
        environments: &[plan.environment],
        compare_with_staging: plan.compare_with_staging,
        to: To::Changed(&plan.changes),
        reason: plan.reason.as_deref(),
        // Whoever scheduled it cannot have meant to override a later freeze.
        guard: &Guard::default(),
        seen: None,
    };
    let changed = carry_out(app, uow, &editor, &change).await.map_err(when_due)?;
    let mut outcome = String::from("Nothing had to be changed.");
    if let Some(changed) = changed.iter().find(|it| it.before != it.after) {
        outcome = record_of(uow, &changed.after).await?.gates;
    }
    uow.scheduled_changes().say(id, &outcome).await?;
    let happened = Happened {
        from: format!("scheduled change {id}"),
        to: outcome.clone(),
        ..Happened::to_flag(AuditKind::FeatureChangeRun, &plan.flag, plan.environment)
    };
    record_as(app.now(), uow, plan.by, &editor.origin, happened);
    Ok(Some(outcome))
}

/// Rewords advice that nobody is there to follow.
fn when_due(error: UseCaseError) -> UseCaseError {
    match error.own::<FlagError>() {
        Some(flag) => flag.clone().when_due().into(),
        None => error,
    }
}

/// Changes scheduled by operators at the command line need no further check.
async fn is_still_administrator(uow: &mut UnitOfWork, by: &AuditActor) -> Result<(), UseCaseError> {
    let Some(id) = by.id else { return Ok(()) };
    match uow.users().lookup(id).await? {
        None => Err(FlagError::PlannerGone(by.username.clone()).into()),
        Some(user) if !user.is_admin => Err(FlagError::PlannerNotAdministrator(user.username).into()),
        Some(_) => Ok(()),
    }
}

/// Records that the change failed, and why.
async fn fail(app: &App, uow: &mut UnitOfWork, id: ScheduledChangeId, why: &str) -> Result<(), StorageError> {
    let ended = Ended { how: Ending::Failed, at: app.now(), outcome: why.to_owned() };
    let Some(whose) = uow.scheduled_changes().end(id, &ended).await? else { return Ok(()) };
    let happened = Happened {
        environment: Some(Stored::<Environment>::read(whose.environment)),
        from: format!("scheduled change {id}"),
        to: why.to_owned(),
        ..Happened::to(AuditKind::FeatureChangeFailed, &whose.flag)
    };
    record_as(app.now(), uow, whose.by, &origin(id), happened);
    Ok(())
}

/// The change's id serves as request id for everything it writes.
fn origin(id: ScheduledChangeId) -> Origin {
    Origin { surface: Surface::Scheduler, request_id: format!("scheduled-change-{id}"), remote_ip: None }
}
