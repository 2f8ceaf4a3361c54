//! The form that proves again who one is, before something that matters.

/// Where the form posts to.
pub const ADDRESS: &str = "/actions/confirm_sign_in";
/// What its flash is about.
pub const SUBJECT: &str = "confirm";
