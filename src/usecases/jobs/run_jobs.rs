//! Runs due jobs step by step, with several workers on several servers: a claim lasts as long as its lease,
//! each step extends it, and a worker that lost its claim cannot commit.

use futures_util::FutureExt;
use std::{panic::AssertUnwindSafe, time::Duration};
use tokio::time::timeout;

use super::job_handlers::{Effect, JobFailure, JobHandler, Step};
use crate::{
    domain::{
        jobs::job::{Ending, Job, LEASE, Priority, pause},
        time::Timestamp,
    },
    storage::NewJob,
    usecases::{App, UseCaseError, retry::until_first},
};

/// Timeout of an effect outside the database: shorter than the lease, so that no other worker starts it
/// meanwhile.
const EFFECT_WITHIN: Duration = Duration::from_secs(20);
/// The result of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ran {
    pub done: usize,
    pub failed: usize,
    /// When the next job may run; `None` when there is none.
    pub next: Option<Timestamp>,
}

/// Adds missing recurring jobs, and other jobs that handlers report missing.
pub async fn add_standing_jobs(app: &App) -> Result<(), UseCaseError> {
    let now = app.now();
    let mut uow = app.storage.begin().await?;
    for handler in app.jobs.iter() {
        if let Some(standing) = handler.standing() {
            uow.jobs().add(&NewJob { due_at: now, created_at: now, ..standing }).await?;
        }
        handler.adopt(&mut uow).await?;
    }
    Ok(uow.commit().await?)
}

/// Gives up all claims of a stopped worker, so that others can continue at once.
pub async fn give_back(app: &App, worker: &str) -> Result<(), UseCaseError> {
    let mut uow = app.storage.begin().await?;
    uow.jobs().give_back(worker, app.now()).await?;
    Ok(uow.commit().await?)
}

/// Runs all due jobs one after the other.
///
/// # Errors
/// The database failed; unsaved steps are repeated when the lease expires.
pub async fn run_due_jobs(app: &App, worker: &str) -> Result<Ran, UseCaseError> {
    let kinds = app.jobs.kinds();
    let mut ran = Ran::default();
    loop {
        let next = app.storage.read().await?.jobs().next(&Priority::ALL, &kinds).await?;
        let now = app.now();
        if next.is_none_or(|at| at > now) {
            return Ok(Ran { next, ..ran });
        }
        let mut uow = app.storage.begin().await?;
        let claimed = uow.jobs().claim(worker, &kinds, now, now.plus_millis(LEASE)).await?;
        uow.commit().await?;
        // Another worker was first.
        let Some(job) = claimed else { return Ok(Ran { next, ..ran }) };
        let Some(handler) = app.jobs.find(&job.kind) else { return Ok(Ran { next, ..ran }) };
        // A panic in a handler must not stop the worker.
        let ended = AssertUnwindSafe(run(app, &**handler, job.clone())).catch_unwind().await;
        let ended = match ended {
            Ok(ended) => ended?,
            Err(_) => put_off(app, &job, "The program failed in the middle. Its log says where.").await?,
        };
        match ended {
            Some(Ending::Done) => ran.done += 1,
            Some(Ending::Failed) => ran.failed += 1,
            Some(Ending::Cancelled) | None => {}
        }
    }
}

/// How the claimed job ended; `None` when it did not, or the claim was lost.
async fn run(app: &App, handler: &dyn JobHandler<App>, mut job: Job) -> Result<Option<Ending>, UseCaseError> {
    if job.stops_its_servers() {
        let message = format!("{} tries in a row ended without a word.", job.lost);
        return fail(app, handler, &job, UseCaseError::invalid("job", message)).await;
    }
    // The effect that an earlier claim intended may have happened.
    let mut effect_may_be_done = true;
    loop {
        let step = match step(app, handler, &job, effect_may_be_done).await {
            Err(error) => return fail(app, handler, &job, error).await,
            Ok(None) => return Ok(None),
            Ok(Some(step)) => step,
        };
        app.tally.jobs.step(&job.kind);
        let (progress, intent) = match step {
            Step::More(progress) => (progress, None),
            Step::Intend(progress, intent) => (progress, Some(intent)),
            Step::Done(_) | Step::Again(..) => return Ok(Some(ended(app, handler, Ending::Done))),
            Step::Failed(_) => return Ok(Some(ended(app, handler, Ending::Failed))),
        };
        effect_may_be_done = false;
        job = Job { progress, intent, lost: 0, failures: 0, ..job };
        if job.intent.is_none() && gave_way(app, &job).await? {
            return Ok(None);
        }
    }
}

/// Gives up the claim if a more urgent job is due, and returns whether it did. This job resumes later.
async fn gave_way(app: &App, job: &Job) -> Result<bool, UseCaseError> {
    let more_urgent = job.priority.more_urgent();
    let next = app.storage.read().await?.jobs().next(more_urgent, &app.jobs.kinds()).await?;
    let now = app.now();
    if next.is_none_or(|at| at > now) {
        return Ok(false);
    }
    let mut uow = app.storage.begin().await?;
    uow.jobs().release(job, now, 0, "").await?;
    uow.commit().await?;
    Ok(true)
}

/// One step with all it writes; `None` when the claim was lost.
async fn step(
    app: &App,
    handler: &dyn JobHandler<App>,
    job: &Job,
    effect_may_be_done: bool,
) -> Result<Option<Step>, UseCaseError> {
    let mut effect = None;
    if let Some(intent) = &job.intent {
        let doing = handler.effect(app, job, intent, effect_may_be_done);
        effect = Some(timeout(EFFECT_WITHIN, doing).await.map_err(|_| no_answer())??);
    }
    until_first(app, || saved(app, handler, job, effect.clone())).await
}

fn no_answer() -> UseCaseError {
    let seconds = EFFECT_WITHIN.as_secs();
    UseCaseError::invalid("effect", format!("There was no answer within {seconds} seconds."))
}

async fn saved(
    app: &App,
    handler: &dyn JobHandler<App>,
    job: &Job,
    effect: Option<Effect>,
) -> Result<Option<Step>, UseCaseError> {
    let mut uow = app.storage.begin().await?;
    let step = handler.step(app, &mut uow, job, effect).await?;
    // After the work, so that the new lease starts with the commit.
    let now = app.now();
    let until = now.plus_millis(LEASE);
    let mut jobs = uow.jobs();
    let counts = match &step {
        Step::More(progress) => jobs.advance(job, progress, None, until).await?,
        Step::Intend(progress, intent) => jobs.advance(job, progress, Some(intent), until).await?,
        Step::Done(words) => jobs.end(job, Ending::Done, now, words).await?,
        Step::Failed(words) => jobs.end(job, Ending::Failed, now, words).await?,
        Step::Again(at, words) => jobs.again(job, *at, words).await?,
    };
    if !counts {
        return Ok(None);
    }
    uow.commit().await?;
    Ok(Some(step))
}

/// Records a failed step: the job is retried later, or given up.
async fn fail(
    app: &App,
    handler: &dyn JobHandler<App>,
    job: &Job,
    error: UseCaseError,
) -> Result<Option<Ending>, UseCaseError> {
    let words = match &error {
        UseCaseError::Storage(error) => {
            tracing::error!(id = %job.id, kind = job.kind, %error, "a job failed");
            String::from("The server could not make it. Its log says why.")
        }
        other => other.to_string(),
    };
    let failure = JobFailure { is_passing: error.is_passing(), words };
    let mut uow = app.storage.begin().await?;
    let given_up = match handler.gives_up(app, &mut uow, job, &failure).await {
        Ok(given_up) => given_up,
        Err(error) => {
            drop(uow);
            tracing::error!(id = %job.id, kind = job.kind, %error, "a job cannot be given up");
            return put_off(app, job, &failure.words).await;
        }
    };
    if given_up {
        if !uow.jobs().end(job, Ending::Failed, app.now(), &failure.words).await? {
            return Ok(None);
        }
        uow.commit().await?;
        return Ok(Some(ended(app, handler, Ending::Failed)));
    }
    drop(uow);
    let ending = put_off(app, job, &failure.words).await?;
    // The next job would fail alike.
    if failure.is_passing { Err(error) } else { Ok(ending) }
}

/// Schedules a retry with backoff, or gives up the job after too many failures.
async fn put_off(app: &App, job: &Job, words: &str) -> Result<Option<Ending>, UseCaseError> {
    let handler = app.jobs.find(&job.kind);
    let stands = handler.is_some_and(|it| it.standing().is_some());
    let mut uow = app.storage.begin().await?;
    if job.is_hopeless() && !stands {
        if !uow.jobs().end(job, Ending::Failed, app.now(), words).await? {
            return Ok(None);
        }
        uow.commit().await?;
        return Ok(handler.map(|handler| ended(app, &**handler, Ending::Failed)));
    }
    let run_at = app.now().plus_millis(pause(job.failures));
    if uow.jobs().release(job, run_at, job.failures + 1, words).await? {
        uow.commit().await?;
        app.tally.jobs.retried(&job.kind);
    }
    Ok(None)
}

fn ended(app: &App, handler: &dyn JobHandler<App>, how: Ending) -> Ending {
    app.tally.jobs.ended(handler.kind(), how);
    handler.ended(&app.tally, how);
    how
}
