//! Chat commands.

pub(super) mod chatops;
