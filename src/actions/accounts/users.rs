//! What administrators do with other users.

/// Where the buttons to make a reset link post to.
pub const RESET_LINK_ADDRESS: &str = "/actions/make_reset_link";
/// What their flash is about.
pub const SUBJECT: &str = "users";
