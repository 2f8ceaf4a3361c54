//! Accounts: sign-in, sessions, passwords, tokens, users.

pub(super) mod forms;
pub(super) mod link_forms;
pub(super) mod routes;
pub(super) mod sign_in;
pub(super) mod token_forms;
pub(super) mod user_forms;
