//! The form with which users change their own password.

/// The form's `action` URL.
pub const ADDRESS: &str = "/actions/change_password";
/// The subject of its flash.
pub const SUBJECT: &str = "password";
