//! What is done later, or in steps.

pub(super) mod queue;

/// The statements of each file.
pub(super) const STATEMENTS: &[super::Statements] = &[("jobs", queue::STATEMENTS)];
