//! Groups, projects, memberships and seats.

pub mod seats;
