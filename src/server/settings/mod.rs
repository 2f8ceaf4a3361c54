//! The form and routes of inherited settings.

mod forms;
pub(super) mod routes;
