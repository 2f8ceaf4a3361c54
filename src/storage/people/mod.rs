//! Groups, projects and memberships.

pub(super) mod memberships;
pub(super) mod namespaces;

/// The SQL statements of each file.
pub(super) const STATEMENTS: &[(&str, &[(&str, &str)])] =
    &[("memberships", memberships::STATEMENTS), ("namespaces", namespaces::STATEMENTS)];
