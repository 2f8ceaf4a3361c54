//! Chat commands.

pub(super) mod signature;
