//! Groups, projects and memberships.

pub mod groups;
pub mod members;
