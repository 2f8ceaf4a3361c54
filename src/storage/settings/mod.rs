//! Settings of groups and users.

pub(super) mod groups;
pub(super) mod inherited;

/// The SQL statements of each file.
pub(super) const STATEMENTS: &[(&str, &[(&str, &str)])] =
    &[("groups", groups::STATEMENTS), ("inherited", inherited::STATEMENTS)];
