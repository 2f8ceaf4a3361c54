//! Commands for groups, projects and their members.

pub(super) mod group;
pub(super) mod member;
