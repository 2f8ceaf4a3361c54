//! Groups, projects, and who is in them.

pub(super) mod memberships;
pub(super) mod namespaces;
