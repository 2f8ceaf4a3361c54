//! The forms with which administrators manage other users.

/// The `action` URL of the buttons that create a password reset link.
pub const RESET_LINK_ADDRESS: &str = "/actions/make_reset_link";
/// The subject of their flash.
pub const SUBJECT: &str = "users";
