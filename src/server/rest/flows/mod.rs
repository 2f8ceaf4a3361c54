//! Foundational flows: selections, consent, versions.

pub(super) mod consents;
pub(super) mod flow_version_views;
pub(super) mod flow_versions;
pub(super) mod selections;
