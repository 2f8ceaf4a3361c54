//! Who somebody is: users, sessions, tokens, sign-in.

pub(super) mod password;
pub(super) mod token;
