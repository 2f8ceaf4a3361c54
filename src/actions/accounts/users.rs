//! The forms with which administrators manage other users.

/// The `action` URL of the button that creates a password reset link.
pub const RESET_LINK_ADDRESS: &str = "/actions/make_reset_link";
/// The `action` URL of the form that creates a user.
pub const CREATE_ADDRESS: &str = "/actions/create_user";
/// The `action` URL of the form that edits a user.
pub const EDIT_ADDRESS: &str = "/actions/edit_user";
/// The `action` URL of the button that blocks a user.
pub const BLOCK_ADDRESS: &str = "/actions/block_user";
/// The `action` URL of the button that unblocks a user.
pub const UNBLOCK_ADDRESS: &str = "/actions/unblock_user";
/// The `action` URL of the button that ends a user's sessions.
pub const END_SESSIONS_ADDRESS: &str = "/actions/end_user_sessions";
/// The `action` URL of the form that deletes a user.
pub const DELETE_ADDRESS: &str = "/actions/delete_user";
/// The subject of their flash.
pub const SUBJECT: &str = "users";
