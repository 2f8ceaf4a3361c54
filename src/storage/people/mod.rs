//! Groups, projects, memberships and seats.

pub(super) mod member_lists;
pub(super) mod memberships;
pub(super) mod namespace_lists;
pub(super) mod namespaces;
pub(super) mod seats;

/// The SQL statements of each file.
pub(super) const STATEMENTS: &[(&str, &[(&str, &str)])] = &[
    ("member_lists", member_lists::STATEMENTS),
    ("memberships", memberships::STATEMENTS),
    ("namespace_lists", namespace_lists::STATEMENTS),
    ("namespaces", namespaces::STATEMENTS),
    ("seats", seats::STATEMENTS),
];
