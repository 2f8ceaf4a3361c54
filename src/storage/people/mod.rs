//! Groups, projects, memberships and seats.

pub(super) mod bulk;
pub(super) mod bulk_writes;
pub(super) mod exports;
pub(super) mod memberships;
pub(super) mod namespaces;
pub(super) mod seats;
pub(super) mod staged_imports;

/// The SQL statements of each file.
pub(super) const STATEMENTS: &[(&str, &[(&str, &str)])] = &[
    ("bulk", bulk::STATEMENTS),
    ("exports", exports::STATEMENTS),
    ("memberships", memberships::STATEMENTS),
    ("namespaces", namespaces::STATEMENTS),
    ("seats", seats::STATEMENTS),
    ("staged_imports", staged_imports::STATEMENTS),
];
