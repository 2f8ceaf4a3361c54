//! The form for how a user likes the pages: theme and time format.

/// Where the form posts to.
pub const ADDRESS: &str = "/actions/set_display";
/// What its flash is about.
pub const SUBJECT: &str = "display";
