//! Chat commands.

pub(super) mod users;
