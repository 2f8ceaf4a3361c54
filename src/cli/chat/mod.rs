//! Commands about chat.

pub(super) mod chatops;
