//! The forms of an import: uploading a file, and applying it.

/// The `action` URL of the form that uploads a file.
pub const UPLOAD_ADDRESS: &str = "/actions/upload_import";
/// The `action` URL of the button that applies an uploaded file.
pub const APPLY_ADDRESS: &str = "/actions/apply_import";
/// The subject of their flash.
pub const SUBJECT: &str = "import";
