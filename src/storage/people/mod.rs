//! Groups, projects, memberships, invited groups and seats.

pub(super) mod bench_data;
pub(super) mod browsed_members;
pub(super) mod browsed_namespaces;
pub(super) mod bulk;
pub(super) mod bulk_checks;
pub(super) mod bulk_writes;
pub(super) mod exports;
pub(super) mod members;
pub(super) mod memberships;
pub(super) mod namespace_lists;
pub(super) mod namespace_tree;
pub(super) mod namespaces;
pub(super) mod people_lists;
pub(super) mod seat_lists;
pub(super) mod seats;
pub(super) mod shares;
pub(super) mod staged_imports;

/// The SQL statements of each file.
pub(super) const STATEMENTS: &[(&str, &[(&str, &str)])] = &[
    ("bench_data", bench_data::STATEMENTS),
    ("people_lists", people_lists::STATEMENTS),
    ("members", members::STATEMENTS),
    ("bulk", bulk::STATEMENTS),
    ("exports", exports::STATEMENTS),
    ("browsed_members", browsed_members::STATEMENTS),
    ("memberships", memberships::STATEMENTS),
    ("namespace_lists", namespace_lists::STATEMENTS),
    ("browsed_namespaces", browsed_namespaces::STATEMENTS),
    ("namespace_tree", namespace_tree::STATEMENTS),
    ("namespaces", namespaces::STATEMENTS),
    ("seat_lists", seat_lists::STATEMENTS),
    ("seats", seats::STATEMENTS),
    ("shares", shares::STATEMENTS),
    ("staged_imports", staged_imports::STATEMENTS),
];
