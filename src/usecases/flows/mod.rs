//! Foundational flows: selections, consent, versions.

pub(super) mod circumstances;
pub(super) mod clear_settings;
pub(super) mod flow_facts;
pub mod list_flow_versions;
pub mod list_flows;
pub mod save_display;
pub mod set_duo_settings;
pub mod set_flow;
pub mod set_flow_versions;
pub mod set_orbit;
pub mod show_configuration;
pub mod show_consents;
pub mod show_duo_settings;
pub mod show_group;
pub mod show_preferences;
