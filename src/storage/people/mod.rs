//! Groups, projects, memberships and seats.

pub(super) mod directory;
pub(super) mod memberships;
pub(super) mod namespaces;
pub(super) mod seats;

/// The SQL statements of each file.
pub(super) const STATEMENTS: &[(&str, &[(&str, &str)])] = &[
    ("directory", directory::STATEMENTS),
    ("memberships", memberships::STATEMENTS),
    ("namespaces", namespaces::STATEMENTS),
    ("seats", seats::STATEMENTS),
];
