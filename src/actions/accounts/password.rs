//! The form that changes one's own password.

/// Where the form posts to.
pub const ADDRESS: &str = "/actions/change_password";
/// What its flash is about.
pub const SUBJECT: &str = "password";
