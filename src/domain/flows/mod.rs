//! Foundational flows: selections, consent, versions.

pub mod catalogue;
pub mod code_review;
pub mod consent;
pub mod deployed;
pub mod effect;
pub mod flow_version;
pub mod orbit;
pub mod wording;
