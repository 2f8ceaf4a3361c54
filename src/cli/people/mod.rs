//! Commands for groups, projects, members and seats.

pub(super) mod group;
pub(super) mod member;
pub(super) mod seat;
