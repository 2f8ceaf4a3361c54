//! Deletes expired data: a recurring job that runs hourly.

use super::{
    App, UseCaseError,
    accounts::throttle::forgotten_until,
    jobs::job_handlers::{Effect, JobHandler, Step, Work, standing},
};
use crate::{
    domain::jobs::job::{Job, Progress},
    storage::{NewJob, UnitOfWork},
};

const KIND: &str = "tidy_up";

/// The interval in milliseconds.
const EVERY: i64 = 3_600_000;
/// Maximum number of rows deleted per step.
const BATCH: i64 = 500;
/// Retention of ended jobs and of changes in the feed, in days.
const KEPT_DAYS: i64 = 30;
/// Retention of the counts of decisions, in days.
const COUNTS_KEPT_DAYS: i64 = 400;

pub struct TidyUp;

impl JobHandler<App> for TidyUp {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn title<'a>(&'a self, _uow: &'a mut UnitOfWork, _job: &'a Job) -> Work<'a, String> {
        let words = "Removes sessions that ended, old counts of failed sign-ins, old jobs, old changes, files that were not imported and counts of decisions of more than 400 days ago";
        Box::pin(async move { Ok(String::from(words)) })
    }

    fn standing(&self) -> Option<NewJob<'static>> {
        Some(standing(KIND))
    }

    fn step<'a>(
        &'a self,
        app: &'a App,
        uow: &'a mut UnitOfWork,
        job: &'a Job,
        _effect: Option<Effect>,
    ) -> Work<'a, Step> {
        Box::pin(remove(app, uow, job))
    }
}

async fn remove(app: &App, uow: &mut UnitOfWork, job: &Job) -> Result<Step, UseCaseError> {
    let now = app.now();
    let idle_since = now.plus_millis(-app.settings.session_idle_millis);
    // The rest of the batch is left for the next table.
    let mut left = BATCH;
    left -= uow.sessions().delete_ended(now, idle_since, left).await?;
    left -= uow.sign_in_failures().delete_old(forgotten_until(now), left).await?;
    left -= uow.jobs().delete_ended(now.plus_days(-KEPT_DAYS), left).await?;
    left -= uow.change_feed().delete_old(now.plus_days(-KEPT_DAYS), left).await?;
    uow.staged_imports().delete_old(now.plus_days(-1)).await?;
    left -= uow.decision_counts().delete_old(now.plus_days(-COUNTS_KEPT_DAYS).day(), left).await?;
    let done = job.progress.done + (BATCH - left);
    if left == 0 {
        return Ok(Step::More(Progress { done, ..Progress::default() }));
    }
    let words = match done {
        0 => String::from("There was nothing to remove."),
        1 => String::from("Removed one row."),
        more => format!("Removed {more} rows."),
    };
    Ok(Step::Again(now.plus_millis(EVERY), words))
}
