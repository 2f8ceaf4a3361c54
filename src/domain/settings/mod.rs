//! Settings of groups and users.

pub mod availability;
pub mod inheritance;
pub mod setting;
