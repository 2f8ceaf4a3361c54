//! Chat commands.

pub mod chatops;
