//! Members of groups and projects.

pub(super) mod member;
