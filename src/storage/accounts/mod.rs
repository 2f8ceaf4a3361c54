//! Who somebody is: users, sessions, tokens, sign-in.

pub(super) mod identities;
pub(super) mod links;
pub(super) mod sessions;
pub(super) mod sign_in_failures;
pub(super) mod tokens;
pub(super) mod users;
