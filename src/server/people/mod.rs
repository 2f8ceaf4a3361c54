//! Groups, projects, and who is in them.

pub(super) mod routes;
