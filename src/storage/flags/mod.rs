//! Feature flags: gates, definitions, feature groups, scheduled changes, change freezes.

pub(super) mod change_freezes;
pub(super) mod feature_groups;
pub(super) mod features;
pub(super) mod flag_definitions;
pub(super) mod scheduled_changes;

/// The SQL statements of each file.
pub(super) const STATEMENTS: &[(&str, &[(&str, &str)])] = &[
    ("change_freezes", change_freezes::STATEMENTS),
    ("feature_groups", feature_groups::STATEMENTS),
    ("features", features::STATEMENTS),
    ("flag_definitions", flag_definitions::STATEMENTS),
    ("scheduled_changes", scheduled_changes::STATEMENTS),
];
