//! Stops or retries a job.

use super::list_jobs::{ListedJob, can_be_retried, show_job, title_of};
use crate::{
    domain::{
        audit::AuditKind,
        change::Topic,
        error_kind::ErrorKind,
        ids::JobId,
        jobs::job::{Ending, Job, JobState},
    },
    storage::{StorageError, UnitOfWork},
    usecases::{
        App, Explained, UseCaseError, What,
        administrator::Administrator,
        audit_trail::{Happened, record_as},
    },
};

/// Why a job cannot be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JobError {
    #[error("The job has ended already: it is {}.", .0.key())]
    Ended(Ending),
    #[error("The program does this job again and again. It cannot be stopped.")]
    Stands,
    #[error(
        "Only a job that failed, that waits after a failure, or that is done again and again can be told to run now."
    )]
    NotToRetry,
    #[error("A job of this kind is not tried again: what it was for has ended with it. Plan that anew.")]
    NotTriedAgain,
    #[error("Another version of the program has jobs of this kind. Use that one.")]
    UnknownKind,
}

impl Explained for JobError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }

    fn field(&self) -> Option<&'static str> {
        Some("job")
    }
}

/// Ends the job and its subject. A running step is not saved.
///
/// # Errors
/// [`UseCaseError::NotFound`], or [`JobError`].
pub async fn stop_job(app: &App, who: &Administrator, id: JobId) -> Result<ListedJob, UseCaseError> {
    let mut uow = app.storage.begin().await?;
    let job = find(&mut uow, id).await?;
    let handler = app.jobs.find(&job.kind).ok_or(JobError::UnknownKind)?;
    if handler.standing().is_some() {
        return Err(JobError::Stands.into());
    }
    if let JobState::Ended { how, .. } = job.state {
        return Err(JobError::Ended(how).into());
    }
    // The subject first, in the same order as its steps lock rows.
    handler.stop(app, &mut uow, &job, (&who.actor, &who.origin)).await?;
    let outcome = format!("Stopped by {}.", who.actor.username);
    if !uow.jobs().cancel(id, app.now(), &outcome).await? {
        // It ended since it was read.
        let how = match find(&mut uow, id).await?.state {
            JobState::Ended { how, .. } => how,
            JobState::Waiting | JobState::Running { .. } => return Err(StorageError::Stale.into()),
        };
        return Err(JobError::Ended(how).into());
    }
    let title = title_of(&**handler, &mut uow, &job).await?;
    let target = target(&job);
    let happened = Happened { from: title, ..Happened::to(AuditKind::JobStopped, &target) };
    // Wakes workers for jobs in the same lane.
    uow.change_feed().touch(Topic::Jobs);
    record_as(app.now(), &mut uow, who.actor.clone(), &who.origin, happened);
    uow.commit().await?;
    show_job(app, who, id).await
}

/// Makes a job due now that waits after a failure or is recurring, or retries one that failed.
///
/// # Errors
/// [`UseCaseError::NotFound`], or [`JobError`].
pub async fn retry_job(app: &App, who: &Administrator, id: JobId) -> Result<ListedJob, UseCaseError> {
    let mut uow = app.storage.begin().await?;
    let job = find(&mut uow, id).await?;
    let handler = app.jobs.find(&job.kind).ok_or(JobError::UnknownKind)?;
    if matches!(job.state, JobState::Ended { how: Ending::Failed, .. }) && !handler.can_be_retried() {
        return Err(JobError::NotTriedAgain.into());
    }
    if !can_be_retried(&**handler, &job) || !uow.jobs().retry(id, app.now()).await? {
        return Err(JobError::NotToRetry.into());
    }
    let title = title_of(&**handler, &mut uow, &job).await?;
    let target = target(&job);
    let happened = Happened { from: title, ..Happened::to(AuditKind::JobRetried, &target) };
    uow.change_feed().touch(Topic::Jobs);
    record_as(app.now(), &mut uow, who.actor.clone(), &who.origin, happened);
    uow.commit().await?;
    show_job(app, who, id).await
}

async fn find(uow: &mut UnitOfWork, id: JobId) -> Result<Job, UseCaseError> {
    uow.jobs().find(id).await?.ok_or(UseCaseError::NotFound(What::Job))
}

/// The job as target in the audit log: `12 (scheduled_change)`.
fn target(job: &Job) -> String {
    format!("{} ({})", job.id, job.kind)
}
