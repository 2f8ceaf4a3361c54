//! Authentication of chat commands.

pub(super) mod signature;
