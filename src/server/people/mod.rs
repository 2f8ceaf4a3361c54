//! Routes of groups and projects.

pub(super) mod csv_download;
mod import_forms;
pub(super) mod routes;
