//! What became of decisions: how many were asked for.

pub(super) mod counts;

/// The SQL statements of each file.
pub(super) const STATEMENTS: &[(&str, &[(&str, &str)])] = &[("decision_counts", counts::STATEMENTS)];
