//! The forms that create and change groups and projects.

/// The `action` URL of the form that creates a group or project.
pub const CREATE_ADDRESS: &str = "/actions/create_group";
/// The `action` URL of the form with name, description, path and subscription.
pub const EDIT_ADDRESS: &str = "/actions/edit_group";
/// The `action` URLs of what is asked for in a dialog.
pub const ARCHIVE_ADDRESS: &str = "/actions/archive_group";
pub const MOVE_ADDRESS: &str = "/actions/move_group";
pub const DELETE_ADDRESS: &str = "/actions/delete_group";
/// The subject of their flash.
pub const SUBJECT: &str = "group";
pub const MOVE_SUBJECT: &str = "move_group";
pub const DELETE_SUBJECT: &str = "delete_group";
