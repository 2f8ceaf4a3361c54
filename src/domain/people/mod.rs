//! Groups, projects, memberships and seats.

pub mod directory;
pub mod grants;
pub mod group_map;
pub mod naming;
pub mod members;
pub mod seats;
pub mod import;
