//! Groups, projects, memberships and seats.

pub(super) mod memberships;
pub(super) mod namespaces;
pub(super) mod seat_lists;
pub(super) mod seats;

/// The SQL statements of each file.
pub(super) const STATEMENTS: &[(&str, &[(&str, &str)])] = &[
    ("memberships", memberships::STATEMENTS),
    ("namespaces", namespaces::STATEMENTS),
    ("seat_lists", seat_lists::STATEMENTS),
    ("seats", seats::STATEMENTS),
];
