//! Foundational flows: selections, consent, versions.

pub(super) mod overview;
pub(super) mod preferences;
