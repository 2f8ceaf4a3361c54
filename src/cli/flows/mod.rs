//! Foundational flows: selections, consent, versions.

pub(super) mod consent;
pub(super) mod flow;
