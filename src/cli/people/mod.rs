//! Commands for groups, projects, members and seats, and for all of them as files.

pub(super) mod files;
pub(super) mod group;
pub(super) mod member;
pub(super) mod seat;
