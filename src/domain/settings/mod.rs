//! Settings of groups and users.

pub mod availability;
