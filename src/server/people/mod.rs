//! Routes of groups and projects.

pub(super) mod routes;
