//! The form that re-authenticates the user before a sensitive operation.

/// The form's `action` URL.
pub const ADDRESS: &str = "/actions/confirm_sign_in";
/// The subject of its flash.
pub const SUBJECT: &str = "confirm";
