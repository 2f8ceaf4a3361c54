//! Import and export of users, groups, members and seats as CSV.

mod apply_plan;
pub mod export_people;
pub mod import_file;
mod make_plan;
pub mod read_file;
pub mod stage_import;
