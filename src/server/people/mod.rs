//! Groups and projects: routes and forms.

mod group_forms;
pub(super) mod routes;
