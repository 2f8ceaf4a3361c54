//! Groups, projects and memberships.

pub mod directory;
pub mod grants;
pub mod group_map;
pub mod naming;
pub mod members;
