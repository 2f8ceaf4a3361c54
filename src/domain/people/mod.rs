//! Groups, projects, and who is in them.

pub mod group_map;
