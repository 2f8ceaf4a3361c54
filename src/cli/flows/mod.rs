//! Commands about foundational flows.

pub(super) mod consent;
pub(super) mod flow;
