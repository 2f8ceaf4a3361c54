//! Groups, projects, memberships.

pub(super) mod groups;
pub(super) mod members;
