//! Groups, projects, memberships, seats, people.

pub(super) mod admin_groups;
pub(super) mod admin_seats;
pub(super) mod edit_group;
mod group_dialogs;
pub(super) mod group_seats;
pub(super) mod import;
pub(super) mod members;
pub(super) mod new_group;
pub(super) mod new_person;
pub(super) mod people_list;
pub(super) mod person;
pub(super) mod person_forms;
mod person_note;
mod seat_list;

use crate::domain::paths;

/// Entries in the administrators' navigation.
pub const ADMIN_NAV: &[(&str, &str)] = &[
    ("Groups", paths::ADMIN_GROUPS),
    ("Seats", paths::ADMIN_SEATS),
    ("Import and export", paths::ADMIN_IMPORT),
];
