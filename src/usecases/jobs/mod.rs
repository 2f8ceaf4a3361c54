//! Background jobs.

pub mod change_job;
pub(super) mod job_handlers;
pub mod list_jobs;
pub mod run_jobs;
