//! Who somebody is: users, sessions, tokens, sign-in.

pub(super) mod forms;
pub(super) mod link_forms;
pub(super) mod routes;
pub(super) mod sign_in;
pub(super) mod token_forms;
pub(super) mod user_forms;
