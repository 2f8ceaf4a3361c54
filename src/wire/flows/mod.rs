//! Foundational flows: selections, consent, versions.

pub mod consent_wording;
pub mod flow;
