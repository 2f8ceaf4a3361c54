//! The forms that create and revoke personal access tokens.

/// The `action` URL of the form that creates a token.
pub const CREATE_ADDRESS: &str = "/actions/create_token";
/// The `action` URL of the buttons that revoke a token.
pub const REVOKE_ADDRESS: &str = "/actions/revoke_token";
/// The subject of their flash.
pub const SUBJECT: &str = "tokens";
