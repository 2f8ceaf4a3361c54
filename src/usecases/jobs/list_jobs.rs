//! Lists jobs: waiting, running and ended.

use crate::{
    domain::{
        ids::JobId,
        jobs::job::{Ending, Job, JobState},
    },
    storage::{OpenJobs, StorageError, UnitOfWork},
    usecases::{App, JobHandler, UseCaseError, What, administrator::Administrator},
};

/// How many open jobs of each priority, and how many ended jobs, are listed.
const MOST: i64 = 200;

/// A job, and the actions available for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedJob {
    pub job: Job,
    /// What it is about, in words.
    pub title: String,
    /// Whether it can be stopped before its work is done.
    pub can_be_stopped: bool,
    /// Whether it can be made due now, or retried.
    pub can_be_retried: bool,
}

/// First open jobs, in the order they will run; then ended ones, latest first.
pub async fn list_jobs(app: &App, _who: &Administrator) -> Result<Vec<ListedJob>, UseCaseError> {
    let mut uow = app.storage.read().await?;
    let mut jobs = uow.jobs().open(MOST).await?;
    jobs.extend(uow.jobs().ended(MOST).await?);
    let mut listed = Vec::with_capacity(jobs.len());
    for job in jobs {
        listed.push(listed_job(app, &mut uow, job).await?);
    }
    Ok(listed)
}

/// # Errors
/// [`UseCaseError::NotFound`] when there is no such job.
pub async fn show_job(app: &App, _who: &Administrator, id: JobId) -> Result<ListedJob, UseCaseError> {
    let mut uow = app.storage.read().await?;
    let job = uow.jobs().find(id).await?.ok_or(UseCaseError::NotFound(What::Job))?;
    listed_job(app, &mut uow, job).await
}

/// The number of open jobs by kind; kinds without any are omitted.
pub async fn count_jobs(app: &App) -> Result<Vec<OpenJobs>, UseCaseError> {
    Ok(app.storage.read().await?.jobs().counts(&app.jobs.kinds()).await?)
}

async fn listed_job(app: &App, uow: &mut UnitOfWork, job: Job) -> Result<ListedJob, UseCaseError> {
    let Some(handler) = app.jobs.find(&job.kind) else {
        let title = format!("{} {}, of another version of the program", job.kind, job.subject);
        return Ok(ListedJob { title, can_be_stopped: false, can_be_retried: false, job });
    };
    let title = title_of(&**handler, uow, &job).await?;
    let has_ended = matches!(job.state, JobState::Ended { .. });
    Ok(ListedJob {
        title,
        can_be_stopped: !has_ended && handler.standing().is_none(),
        can_be_retried: can_be_retried(&**handler, &job),
        job,
    })
}

/// The title, even when another release wrote the job.
pub(super) async fn title_of(
    handler: &dyn JobHandler<App>,
    uow: &mut UnitOfWork,
    job: &Job,
) -> Result<String, UseCaseError> {
    match handler.title(uow, job).await {
        Err(UseCaseError::Storage(StorageError::Inconsistent { .. })) => {
            Ok(format!("{} {}, which cannot be read", job.kind, job.subject))
        }
        title => title,
    }
}

/// Whether the job can be retried: it waits after a failure, is recurring, or failed.
pub(in crate::usecases) fn can_be_retried(handler: &dyn JobHandler<App>, job: &Job) -> bool {
    match job.state {
        JobState::Waiting => job.failures > 0 || handler.standing().is_some(),
        JobState::Running { .. } => false,
        JobState::Ended { how, .. } => how == Ending::Failed && handler.can_be_retried(),
    }
}
