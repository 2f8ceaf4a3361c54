//! The form that changes a setting which is inherited.

/// The `action` URL of the form.
pub const ADDRESS: &str = "/actions/change_setting";
/// The value of the form that takes back what is set in a place.
pub const INHERITED: &str = "inherited";
