//! Forms and routes of flows and preferences.

mod preference_forms;
mod receipts;
pub(super) mod routes;
