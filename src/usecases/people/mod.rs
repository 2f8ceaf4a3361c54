//! Groups, projects and memberships.

pub(super) mod group_frame;
pub mod list_groups;
pub mod list_people;
pub mod show_person;
pub mod sign_in_with_provider;
pub mod unlink_user;
