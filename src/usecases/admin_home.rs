//! Shows administrators what needs their attention, how far the set-up is, and the state of the server.

use super::{
    App, Caller, ChangeFreeze, UseCaseError,
    flags::{
        list_flags::{Age, FlagFilter, list_flags},
        list_freezes::list_freezes,
    },
    load,
};
use crate::{
    domain::{
        environment::Environment,
        jobs::job::{Ending, JobState},
        time::Timestamp,
    },
    storage::Started,
};

/// How many jobs and scheduled changes are looked at, as on their pages.
const MOST: i64 = 200;

/// Longer than this after it was due, a job should run, in milliseconds.
const OVERDUE_AFTER: i64 = 5 * 60_000;

#[derive(Clone, Debug)]
pub struct AdminHome {
    /// Groups where Code Review is on without consent.
    pub without_consent: i64,
    pub freezes: Vec<(Environment, ChangeFreeze)>,
    pub scheduled_changes: usize,
    pub stale_flags: usize,
    /// Among the latest.
    pub failed_jobs: usize,
    /// Open jobs whose last try failed.
    pub failing_jobs: usize,
    pub started: Started,
    pub health: Health,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    pub version: &'static str,
    /// `SQLite` or `PostgreSQL`.
    pub database: &'static str,
    pub schema_version: i64,
    /// Migrations of this program that the database lacks.
    pub missing_migrations: Vec<i64>,
    pub waiting_jobs: i64,
    pub running_jobs: i64,
    /// When the longest overdue job should have run; `None` when the workers keep up.
    pub overdue_since: Option<Timestamp>,
}

pub async fn admin_home(app: &App, caller: &Caller) -> Result<AdminHome, UseCaseError> {
    load::administrator(caller)?;
    let freezes = list_freezes(app, caller).await?;
    let stale = FlagFilter { age: Some(Age::Stale), ..FlagFilter::default() };
    let stale_flags = list_flags(app, caller, &stale, 1).await?.count;
    let missing_migrations = app.storage.missing_migrations().await?;
    let now = app.now();
    let mut uow = app.storage.read().await?;
    let open = uow.jobs().counts(&app.jobs.kinds()).await?;
    let overdue = |next: &Timestamp| next.plus_millis(OVERDUE_AFTER) < now;
    let is_failed = |state: &JobState| matches!(state, JobState::Ended { how: Ending::Failed, .. });
    Ok(AdminHome {
        without_consent: uow.overview().transitional(None, now, 1).await?.total,
        freezes,
        scheduled_changes: uow.scheduled_changes().pending(None, MOST).await?.len(),
        stale_flags,
        failed_jobs: uow.jobs().ended(MOST).await?.iter().filter(|job| is_failed(&job.state)).count(),
        failing_jobs: uow.jobs().open(MOST).await?.iter().filter(|job| job.failures > 0).count(),
        started: uow.overview().started(now).await?,
        health: Health {
            version: env!("CARGO_PKG_VERSION"),
            database: app.storage.database_name(),
            schema_version: app.storage.schema_version(),
            missing_migrations,
            waiting_jobs: open.iter().map(|it| it.waiting).sum(),
            running_jobs: open.iter().map(|it| it.running).sum(),
            overdue_since: open.iter().filter_map(|it| it.next).filter(overdue).min(),
        },
    })
}
