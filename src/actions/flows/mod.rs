//! Foundational flows: selections, consent, versions.

pub mod flow_status;
pub mod set_display;
pub mod set_flow;
pub mod set_orbit;
