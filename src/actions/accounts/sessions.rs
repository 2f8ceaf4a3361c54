//! The forms with which users end their own sessions.

/// The `action` URL of the buttons that end one session.
pub const REVOKE_ADDRESS: &str = "/actions/revoke_session";
/// The `action` URL of the button that ends all other sessions.
pub const END_OTHERS_ADDRESS: &str = "/actions/end_other_sessions";
/// The subject of their flash.
pub const SUBJECT: &str = "sessions";
