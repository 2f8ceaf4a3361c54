//! Groups, projects, memberships, invited groups and seats.

pub(super) mod members;
pub(super) mod memberships;
pub(super) mod namespaces;
pub(super) mod seats;
pub(super) mod shares;

/// The SQL statements of each file.
pub(super) const STATEMENTS: &[(&str, &[(&str, &str)])] = &[
    ("members", members::STATEMENTS),
    ("memberships", memberships::STATEMENTS),
    ("namespaces", namespaces::STATEMENTS),
    ("seats", seats::STATEMENTS),
    ("shares", shares::STATEMENTS),
];
