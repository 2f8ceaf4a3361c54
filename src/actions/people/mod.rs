//! Groups, projects and memberships.

pub mod members;
