//! The forms that begin and end change freezes.

/// The `action` URL of the form that begins a freeze.
pub const BEGIN_ADDRESS: &str = "/actions/begin_freeze";
/// The `action` URL of the buttons that end a freeze.
pub const END_ADDRESS: &str = "/actions/end_freeze";
/// The subject of their flash.
pub const SUBJECT: &str = "freezes";
