//! What administrators do with jobs.

use leptos::prelude::*;

use super::error::ActionError;

/// Where the buttons to stop a job post to.
pub const STOP_ADDRESS: &str = "/actions/stop_job";
/// Where the buttons to run one again post to.
pub const RETRY_ADDRESS: &str = "/actions/retry_job";
/// What their flash is about.
pub const SUBJECT: &str = "jobs";

/// Ends a job before its work is done.
#[server(prefix = "/actions", endpoint = "stop_job")]
pub async fn stop_job(id: i64) -> Result<(), ActionError> {
    use super::{flash::Outcome, support::call};
    use crate::{
        domain::{ids::JobId, paths},
        usecases::{administrator::Administrator, change_job},
    };

    let call = call(paths::ADMIN_JOBS)?;
    let stopped = async {
        let who = Administrator::at_page(&call.app, &call.signed_in.caller)?;
        change_job::stop_job(&call.app, &who, JobId(id)).await
    };
    answer(&call, stopped.await, |title| Outcome::JobStopped { title })
}

/// Has a job run now, or once more.
#[server(prefix = "/actions", endpoint = "retry_job")]
pub async fn retry_job(id: i64) -> Result<(), ActionError> {
    use super::{flash::Outcome, support::call};
    use crate::{
        domain::{ids::JobId, paths},
        usecases::{administrator::Administrator, change_job},
    };

    let call = call(paths::ADMIN_JOBS)?;
    let retried = async {
        let who = Administrator::at_page(&call.app, &call.signed_in.caller)?;
        change_job::retry_job(&call.app, &who, JobId(id)).await
    };
    answer(&call, retried.await, |title| Outcome::JobRetried { title })
}

#[cfg(feature = "ssr")]
fn answer(
    call: &super::support::Call,
    changed: Result<crate::usecases::list_jobs::ListedJob, crate::usecases::UseCaseError>,
    outcome: fn(String) -> super::flash::Outcome,
) -> Result<(), ActionError> {
    use super::{flash::Outcome, support::Next};
    use crate::domain::paths;

    let title = changed.map(|job| job.title);
    call.answer(SUBJECT, title, |result| {
        let outcome = match result {
            Ok(title) => outcome(title.clone()),
            Err(error) => Outcome::Failed(error.clone()),
        };
        Next::Page(paths::ADMIN_JOBS.to_owned(), outcome)
    })
    .map(drop)
}
