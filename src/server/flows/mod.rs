//! Foundational flows: selections, consent, versions.

mod preference_forms;
pub(super) mod routes;
