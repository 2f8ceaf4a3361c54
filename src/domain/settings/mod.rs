//! Settings of groups and users.

pub mod addresses;
pub mod availability;
pub mod inheritance;
pub mod setting;
