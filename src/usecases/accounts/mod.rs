//! Accounts: users, sessions, tokens, sign-in.

pub(super) mod account_facts;
pub mod authenticate;
pub mod change_password;
pub(super) mod chat_request;
pub mod confirm_sign_in;
pub mod create_token;
pub mod create_user;
pub mod delete_user;
pub mod end_sessions;
pub mod first_administrator;
pub mod link_user;
pub mod list_sessions;
pub mod list_tokens;
pub mod list_users;
pub(super) mod own_password;
pub mod reset_links;
pub mod revoke_token;
pub mod search_users;
pub(super) mod secrets;
pub mod set_email;
pub mod set_password;
pub mod sign_in;
pub mod sign_out;
pub(super) mod start_session;
pub(super) mod throttle;
