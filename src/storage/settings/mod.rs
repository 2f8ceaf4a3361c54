//! Settings of groups and users.

pub(super) mod groups;

/// The SQL statements of each file.
pub(super) const STATEMENTS: &[(&str, &[(&str, &str)])] = &[("groups", groups::STATEMENTS)];
