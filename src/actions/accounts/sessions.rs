//! The forms that end sessions of one's own.

/// Where the buttons to end one session post to.
pub const REVOKE_ADDRESS: &str = "/actions/revoke_session";
/// Where the button to end all others posts to.
pub const END_OTHERS_ADDRESS: &str = "/actions/end_other_sessions";
/// What their flash is about.
pub const SUBJECT: &str = "sessions";
