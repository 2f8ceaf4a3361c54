//! Routes of groups and projects, forms of seats.

pub(super) mod routes;
mod seat_forms;
