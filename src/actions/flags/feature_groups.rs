//! The forms that create feature groups and change their members.

/// The `action` URL of the form that creates a group.
pub const CREATE_ADDRESS: &str = "/actions/create_feature_group";
/// The `action` URL of the form that adds a member.
pub const ADD_ADDRESS: &str = "/actions/add_group_member";
/// The `action` URL of the buttons that remove a member.
pub const REMOVE_ADDRESS: &str = "/actions/remove_group_member";
/// The subject of their flash.
pub const SUBJECT: &str = "feature_groups";
