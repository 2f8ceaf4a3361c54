//! The page of jobs, and forms to stop and retry one.

use axum::response::Response;
use serde::Deserialize;

use crate::{
    actions::{
        flash::Outcome,
        jobs::forms::{RETRY_ADDRESS, STOP_ADDRESS, SUBJECT},
    },
    domain::{ids::JobId, paths},
    server::{forms::Form, routes::Routes},
    ui::AdminJobsPage,
    usecases::{administrator::Administrator, jobs::change_job},
};

pub(in crate::server) fn routes() -> Routes {
    Routes::default()
        .page(paths::ADMIN_JOBS, AdminJobsPage)
        .form(STOP_ADDRESS, stop)
        .form(RETRY_ADDRESS, retry)
}

#[derive(Deserialize)]
struct AJob {
    id: i64,
}

/// Stops a job before it is done.
async fn stop(Form { posted, fields }: Form<AJob>) -> Result<Response, Response> {
    let by = posted.signed_in(paths::ADMIN_JOBS).await?;
    let stopped = match Administrator::at_page(by.app(), by.caller()) {
        Ok(who) => change_job::stop_job(by.app(), &who, JobId(fields.id)).await,
        Err(error) => Err(error),
    };
    let title = stopped.map(|job| job.title);
    let done = |title: &String| Outcome::JobStopped { title: title.clone() };
    Ok(by.answer_on(paths::ADMIN_JOBS, SUBJECT, title, done).await)
}

/// Runs a job now, or retries a failed one.
async fn retry(Form { posted, fields }: Form<AJob>) -> Result<Response, Response> {
    let by = posted.signed_in(paths::ADMIN_JOBS).await?;
    let retried = match Administrator::at_page(by.app(), by.caller()) {
        Ok(who) => change_job::retry_job(by.app(), &who, JobId(fields.id)).await,
        Err(error) => Err(error),
    };
    let title = retried.map(|job| job.title);
    let done = |title: &String| Outcome::JobRetried { title: title.clone() };
    Ok(by.answer_on(paths::ADMIN_JOBS, SUBJECT, title, done).await)
}
