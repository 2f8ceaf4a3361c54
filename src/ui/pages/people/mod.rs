//! Groups, projects, memberships, seats, people.

pub(super) mod admin_groups;
pub(super) mod edit_group;
mod group_dialogs;
use crate::domain::paths;

pub(super) mod admin_seats;
pub(super) mod group_seats;
pub(super) mod groups;
pub(super) mod new_person;
pub(super) mod people_list;
pub(super) mod person;
pub(super) mod person_forms;
mod person_note;
pub(super) mod new_group;


/// Entries in the administrators' navigation.
pub const ADMIN_NAV: &[(&str, &str)] = &[("Groups", paths::ADMIN_GROUPS)];
pub(super) mod members;
mod seat_list;

/// The pages for administrators: label and path.
pub const ADMIN_NAV: &[(&str, &str)] = &[("Seats", paths::ADMIN_SEATS)];
pub(super) mod import;

use crate::domain::paths;

/// Entries in the administrators' navigation.
pub const ADMIN_NAV: &[(&str, &str)] = &[("Import and export", paths::ADMIN_IMPORT)];
