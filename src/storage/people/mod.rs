//! Groups, projects, memberships, invited groups and seats.

pub(super) mod bench_data;
pub(super) mod bulk;
pub(super) mod bulk_checks;
pub(super) mod bulk_writes;
pub(super) mod directory;
pub(super) mod exports;
pub(super) mod member_lists;
pub(super) mod members;
pub(super) mod memberships;
pub(super) mod namespace_lists;
pub(super) mod namespace_pages;
pub(super) mod namespace_tree;
pub(super) mod namespaces;
pub(super) mod seat_lists;
pub(super) mod seats;
pub(super) mod shares;
pub(super) mod staged_imports;

/// The SQL statements of each file.
pub(super) const STATEMENTS: &[(&str, &[(&str, &str)])] = &[
    ("bench_data", bench_data::STATEMENTS),
    ("directory", directory::STATEMENTS),
    ("members", members::STATEMENTS),
    ("bulk", bulk::STATEMENTS),
    ("exports", exports::STATEMENTS),
    ("member_lists", member_lists::STATEMENTS),
    ("memberships", memberships::STATEMENTS),
    ("namespace_lists", namespace_lists::STATEMENTS),
    ("namespace_pages", namespace_pages::STATEMENTS),
    ("namespace_tree", namespace_tree::STATEMENTS),
    ("namespaces", namespaces::STATEMENTS),
    ("seat_lists", seat_lists::STATEMENTS),
    ("seats", seats::STATEMENTS),
    ("shares", shares::STATEMENTS),
    ("staged_imports", staged_imports::STATEMENTS),
];
