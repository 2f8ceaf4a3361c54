//! Foundational flows: selections, consent, versions.

pub(super) mod flow_toggle;
pub(super) mod orbit_choices;
