//! Groups, memberships, seats, people.

pub(super) mod found_people;
