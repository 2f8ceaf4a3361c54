//! Groups, projects, memberships and seats.

pub mod groups;
pub mod imports;
pub mod members;
pub mod seats;
