//! What is set for a group or a user.

pub(super) mod groups;
