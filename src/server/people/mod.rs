//! Groups, projects and people: routes and forms, and the list of people as a file.

mod people_export;
mod group_forms;
pub(super) mod routes;
