//! Groups, projects, memberships and seats.

pub mod directory;
pub mod grants;
pub mod group_map;
pub mod import;
pub mod members;
pub mod naming;
pub mod seats;
