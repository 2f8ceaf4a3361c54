//! Groups, projects, memberships and seats.

pub(super) mod find_people;
pub mod groups;
pub mod imports;
pub mod members;
pub mod seats;
