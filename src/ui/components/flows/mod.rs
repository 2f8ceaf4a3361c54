//! Foundational flows: selections, consent, versions.

pub(super) mod consent_reminder;
pub(super) mod consent_text;
