//! Groups, projects and people: routes, and the list of people as a file.

mod people_export;
pub(super) mod routes;
