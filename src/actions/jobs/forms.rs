//! What administrators do with jobs.

/// Where the buttons to stop a job post to.
pub const STOP_ADDRESS: &str = "/actions/stop_job";
/// Where the buttons to run one again post to.
pub const RETRY_ADDRESS: &str = "/actions/retry_job";
/// What their flash is about.
pub const SUBJECT: &str = "jobs";
