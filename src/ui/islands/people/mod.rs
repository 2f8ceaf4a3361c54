//! Groups, memberships, seats, people.

pub(super) mod person_picker;
