//! Groups, projects, memberships, seats.

use crate::domain::paths;

pub(super) mod admin_seats;
pub(super) mod group_seats;
pub(super) mod groups;
mod seat_list;

/// The pages for administrators: label and path.
pub const ADMIN_NAV: &[(&str, &str)] = &[("Seats", paths::ADMIN_SEATS)];
