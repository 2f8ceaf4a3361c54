//! Forms and routes of flows and preferences.

mod preference_forms;
pub(super) mod routes;
