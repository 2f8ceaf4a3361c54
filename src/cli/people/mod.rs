//! Commands for groups and projects.

pub(super) mod group;
