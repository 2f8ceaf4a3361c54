//! Groups, projects and people: routes and forms, and the list of people as a file.

mod people_export;
mod group_forms;
mod member_export;
mod member_forms;
pub(super) mod csv_download;
mod import_forms;
pub(super) mod routes;
mod seat_forms;
