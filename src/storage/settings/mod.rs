//! What is set for a group or a user.

pub(super) mod groups;

/// The statements of each file.
pub(super) const STATEMENTS: &[super::Statements] = &[("groups", groups::STATEMENTS)];
