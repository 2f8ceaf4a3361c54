//! Groups, projects, memberships and seats.

pub mod grants;
pub mod group_map;
pub mod seats;
