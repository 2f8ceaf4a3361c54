//! Commands about groups, members and seats.

pub(super) mod seat;
