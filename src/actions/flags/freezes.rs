//! The forms that begin and end change freezes.

/// Where the form that begins one posts to.
pub const BEGIN_ADDRESS: &str = "/actions/begin_freeze";
/// Where the buttons that end one post to.
pub const END_ADDRESS: &str = "/actions/end_freeze";
/// What their flash is about.
pub const SUBJECT: &str = "freezes";
