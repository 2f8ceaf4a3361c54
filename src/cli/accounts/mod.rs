//! Commands about accounts: passwords and tokens.

pub(super) mod password;
pub(super) mod token;
