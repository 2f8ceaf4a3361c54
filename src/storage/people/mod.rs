//! Groups, projects, memberships and seats.

pub(super) mod bench_data;
pub(super) mod directory;
pub(super) mod memberships;
pub(super) mod namespace_lists;
pub(super) mod namespace_tree;
pub(super) mod namespaces;
pub(super) mod seats;

/// The SQL statements of each file.
pub(super) const STATEMENTS: &[(&str, &[(&str, &str)])] = &[
    ("bench_data", bench_data::STATEMENTS),
    ("directory", directory::STATEMENTS),
    ("memberships", memberships::STATEMENTS),
    ("namespace_lists", namespace_lists::STATEMENTS),
    ("namespace_tree", namespace_tree::STATEMENTS),
    ("namespaces", namespaces::STATEMENTS),
    ("seats", seats::STATEMENTS),
];
