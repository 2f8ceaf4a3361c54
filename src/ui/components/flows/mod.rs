//! Foundational flows: selections, consent, versions.

pub(super) mod consent_text;
