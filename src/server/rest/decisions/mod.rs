//! Which engine reviews, which version runs, and why.

pub(super) mod changes;
pub(super) mod decision_views;
pub(super) mod routes;
