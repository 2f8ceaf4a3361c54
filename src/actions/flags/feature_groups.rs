//! The forms that make feature groups, and say who is in them.

/// Where the form for a new one posts to.
pub const CREATE_ADDRESS: &str = "/actions/create_feature_group";
/// Where the form for a new member posts to.
pub const ADD_ADDRESS: &str = "/actions/add_group_member";
/// Where the buttons that remove a member post to.
pub const REMOVE_ADDRESS: &str = "/actions/remove_group_member";
/// What their flash is about.
pub const SUBJECT: &str = "feature_groups";
