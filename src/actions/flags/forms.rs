//! What administrators do with feature flags.

/// Where the dialog of a change posts to.
pub const CHANGE_ADDRESS: &str = "/actions/change_flag";
/// Where the same dialog posts to schedule the change.
pub const SCHEDULE_ADDRESS: &str = "/actions/schedule_flag_change";
/// Where the buttons that cancel a scheduled change post to.
pub const CANCEL_ADDRESS: &str = "/actions/cancel_flag_change";
/// What their flash is about.
pub const SUBJECT: &str = "flags";
