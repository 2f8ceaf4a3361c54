//! Accounts: users, sessions, tokens, sign-in.

pub mod chat_user;
pub mod email;
pub mod identity;
pub mod password;
pub mod throttle;
pub mod user_agent;
