//! Groups, projects and memberships.

pub mod export_members;
pub(super) mod group_frame;
pub mod invite_group;
pub mod list_groups;
pub mod list_members;
pub mod member_editor;
pub mod member_error;
pub mod remove_member;
pub mod set_member;
pub mod sign_in_with_provider;
pub mod unlink_user;
