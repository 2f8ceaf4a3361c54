//! Foundational flows: selections, consent, versions.

pub(super) mod consents;
pub(super) mod deployed_versions;
pub(super) mod preferences;
pub(super) mod selections;
