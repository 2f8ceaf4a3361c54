//! Routes of groups and projects, and the forms of their members.

mod member_export;
mod member_forms;
pub(super) mod routes;
