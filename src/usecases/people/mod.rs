//! Groups, projects and memberships.

pub(super) mod group_frame;
pub mod sign_in_with_provider;
pub mod unlink_user;
