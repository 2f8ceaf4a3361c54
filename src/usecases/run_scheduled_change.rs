//! Makes a change of a feature flag whose time has come: the step of its job. The change is claimed in
//! the transaction that makes it, so it is made once, or not at all.

use super::{
    App, FlagEditor, FlagError, Guard, Origin, Tally, UseCaseError,
    audit_trail::{Happened, record_as},
    cancel_scheduled_change::cancel,
    flag_change::{FlagChange, To, carry_out},
    flag_definitions,
    flag_names::record_of,
    job_handlers::{Effect, Failure, JobHandler, Step, Work},
    list_scheduled_changes::in_words,
};
use crate::{
    domain::{
        actor::Surface,
        audit::{AuditActor, AuditKind},
        change::Topic,
        environment::Environment,
        feature::{Ended, FeatureTarget},
        ids::ScheduledChangeId,
        job::{Ending, Job, Priority},
        time::Timestamp,
    },
    storage::{NewJob, StorageError, UnitOfWork},
};

/// The word in the database.
const KIND: &str = "scheduled_change";

/// One job for each planned change; its subject is the number of the change.
pub struct ScheduledChanges;

impl JobHandler for ScheduledChanges {
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
        failure: &'a Failure,
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

/// The number of the change that a job is for.
fn id_of(job: &Job) -> Result<ScheduledChangeId, StorageError> {
    let id = job.subject.parse().map_err(|_| StorageError::Inconsistent {
        table: "jobs",
        column: "subject",
        value: job.subject.clone(),
    })?;
    Ok(ScheduledChangeId(id))
}

fn key(id: ScheduledChangeId) -> String {
    format!("{KIND} {id}")
}

/// Has the change made when it is due. Those of a flag wait for each other, whatever their environments:
/// production is compared with staging.
pub(super) async fn add_job(
    uow: &mut UnitOfWork,
    id: ScheduledChangeId,
    flag: &str,
    due_at: Timestamp,
    now: Timestamp,
) -> Result<(), StorageError> {
    let job = NewJob {
        kind: KIND,
        subject: &id.to_string(),
        unique_key: Some(&key(id)),
        lane: Some(&format!("flag {flag}")),
        priority: Priority::Urgent,
        due_at,
        created_at: now,
    };
    uow.change_feed().touch(Topic::Jobs);
    uow.jobs().add(&job).await.map(drop)
}

/// Ends the job of a change that was cancelled.
pub(super) async fn end_job(
    uow: &mut UnitOfWork,
    id: ScheduledChangeId,
    at: Timestamp,
    outcome: &str,
) -> Result<(), StorageError> {
    uow.change_feed().touch(Topic::Jobs);
    uow.jobs().cancel_by_key(&key(id), at, outcome).await.map(drop)
}

/// What was made; `None` when it was not to be made any more.
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
        to: To::Changed(&plan.changes),
        reason: plan.reason.as_deref(),
        // Nobody can have known then what a freeze of now is about.
        guard: &Guard { compare_with_staging: plan.compare_with_staging, ..Guard::default() },
        seen: None,
    };
    let changed = carry_out(app, uow, &editor, &change).await?;
    let mut outcome = String::from("Nothing had to be changed.");
    if let Some(changed) = changed.iter().find(|it| it.before != it.after) {
        outcome = record_of(uow, &changed.after).await?.gates;
    }
    uow.scheduled_changes().say(id, &outcome).await?;
    let target = FeatureTarget { flag: &plan.flag, environment: plan.environment }.to_string();
    let happened = Happened {
        from: format!("scheduled change {id}"),
        to: outcome.clone(),
        ..Happened::to(AuditKind::FeatureChangeRun, &target)
    };
    record_as(app.now(), uow, plan.by, &editor.origin, happened);
    Ok(Some(outcome))
}

/// Operators at the command line have the database; nobody asks who they are.
async fn is_still_administrator(uow: &mut UnitOfWork, by: &AuditActor) -> Result<(), UseCaseError> {
    let Some(id) = by.id else { return Ok(()) };
    match uow.users().lookup(id).await? {
        None => Err(FlagError::PlannerGone(by.username.clone()).into()),
        Some(user) if !user.is_admin => Err(FlagError::PlannerNotAdministrator(user.username).into()),
        Some(_) => Ok(()),
    }
}

/// Writes down that it cannot be made, and why.
async fn fail(app: &App, uow: &mut UnitOfWork, id: ScheduledChangeId, why: &str) -> Result<(), StorageError> {
    let ended = Ended { how: Ending::Failed, at: app.now(), outcome: why.to_owned() };
    let Some(whose) = uow.scheduled_changes().end(id, &ended).await? else { return Ok(()) };
    let target = match Environment::from_key(&whose.environment) {
        Some(environment) => FeatureTarget { flag: &whose.flag, environment }.to_string(),
        None => format!("{} in {}", whose.flag, whose.environment),
    };
    let happened = Happened {
        from: format!("scheduled change {id}"),
        to: why.to_owned(),
        ..Happened::to(AuditKind::FeatureChangeFailed, &target)
    };
    record_as(app.now(), uow, whose.by, &origin(id), happened);
    Ok(())
}

/// All that a change writes has its id as that of the request.
fn origin(id: ScheduledChangeId) -> Origin {
    Origin { surface: Surface::Scheduler, request_id: format!("scheduled-change-{id}"), remote_ip: None }
}
