//! Accounts: users, sessions, tokens, sign-in.

pub(super) mod password_fields;
