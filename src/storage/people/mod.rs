//! Groups, projects, and who is in them.

pub(super) mod memberships;
pub(super) mod namespaces;

/// The statements of each file.
pub(super) const STATEMENTS: &[super::Statements] =
    &[("memberships", memberships::STATEMENTS), ("namespaces", namespaces::STATEMENTS)];
