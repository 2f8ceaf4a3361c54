//! What is set for a group or a user.

pub mod availability;
