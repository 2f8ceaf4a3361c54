//! Who somebody is: users, sessions, tokens, sign-in.

pub(super) mod access_tokens;
pub(super) mod active_sessions;
pub(super) mod admin_users;
pub(super) mod confirm;
pub(super) mod first_administrator;
pub(super) mod password;
pub(super) mod provider;
pub(super) mod reset_password;
pub(super) mod sign_in;
