//! Groups, projects, memberships.

pub(super) mod groups;
