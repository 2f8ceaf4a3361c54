//! Groups, projects, memberships, people.

pub(super) mod groups;
pub(super) mod new_person;
pub(super) mod people_list;
pub(super) mod person;
pub(super) mod person_forms;
mod person_note;
