//! The form for display preferences: theme and time format.

/// The form's `action` URL.
pub const ADDRESS: &str = "/actions/set_display";
/// The subject of its flash.
pub const SUBJECT: &str = "display";
