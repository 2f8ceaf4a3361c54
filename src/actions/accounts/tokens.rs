//! The forms that make and revoke personal access tokens.

/// Where the form for a new one posts to.
pub const CREATE_ADDRESS: &str = "/actions/create_token";
/// Where the buttons to revoke one post to.
pub const REVOKE_ADDRESS: &str = "/actions/revoke_token";
/// What their flash is about.
pub const SUBJECT: &str = "tokens";
