//! Groups, projects and memberships.

pub mod browse_members;
pub mod browse_namespaces;
pub mod find_namespace;
pub(super) mod group_frame;
pub mod list_groups;
pub mod sign_in_with_provider;
pub mod unlink_user;
