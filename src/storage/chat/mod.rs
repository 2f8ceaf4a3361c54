//! Chat commands.

pub(super) mod users;

/// The SQL statements of each file.
pub(super) const STATEMENTS: &[(&str, &[(&str, &str)])] = &[("chat", users::STATEMENTS)];
