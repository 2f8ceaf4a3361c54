//! Commands about users, groups, members and seats as files.

pub(super) mod files;
