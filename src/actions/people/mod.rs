//! Groups, projects, memberships and seats.

pub mod groups;
pub mod members;
pub mod seats;
