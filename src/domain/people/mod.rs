//! Groups, projects and memberships.

pub mod group_map;
