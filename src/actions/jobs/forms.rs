//! The forms with which administrators stop and retry jobs.

/// The `action` URL of the buttons that stop a job.
pub const STOP_ADDRESS: &str = "/actions/stop_job";
/// The `action` URL of the buttons that retry a job.
pub const RETRY_ADDRESS: &str = "/actions/retry_job";
/// The subject of their flash.
pub const SUBJECT: &str = "jobs";
