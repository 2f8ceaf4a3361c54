//! Chat commands.

pub(super) mod commands;
