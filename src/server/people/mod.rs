//! Groups, projects and people: routes and forms, and the list of people as a file.

pub(super) mod csv_download;
mod group_forms;
mod import_forms;
mod member_export;
mod member_forms;
mod people_export;
pub(super) mod routes;
mod seat_forms;
