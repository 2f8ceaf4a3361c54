//! Groups, projects and memberships.

pub mod grants;
pub mod group_map;
pub mod import;
