//! Background jobs.

pub(super) mod queue;

/// The SQL statements of each file.
pub(super) const STATEMENTS: &[(&str, &[(&str, &str)])] = &[("jobs", queue::STATEMENTS)];
