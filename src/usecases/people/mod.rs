//! Groups, projects and memberships.

pub mod archive_group;
pub mod archived;
pub mod create_group;
pub mod edit_group;
pub mod group_editor;
pub mod group_error;
pub mod export_members;
pub(super) mod group_frame;
pub mod invite_group;
pub mod list_groups;
pub mod list_people;
pub mod show_person;
pub mod list_top_level_groups;
pub mod show_new_group;
pub mod list_members;
pub mod member_editor;
pub mod member_error;
pub mod remove_member;
pub mod set_member;
pub mod sign_in_with_provider;
pub mod unlink_user;
