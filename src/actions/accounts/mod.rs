//! Accounts: users, sessions, tokens, sign-in.

pub mod confirm;
pub mod password;
pub mod sessions;
pub mod tokens;
pub mod users;
