//! The forms with which administrators change feature flags.

/// The `action` URL of the dialog that makes a change.
pub const CHANGE_ADDRESS: &str = "/actions/change_flag";
/// The `action` URL of the same dialog when it schedules the change.
pub const SCHEDULE_ADDRESS: &str = "/actions/schedule_flag_change";
/// The `action` URL of the buttons that cancel a scheduled change.
pub const CANCEL_ADDRESS: &str = "/actions/cancel_flag_change";
/// The subject of their flash.
pub const SUBJECT: &str = "flags";
