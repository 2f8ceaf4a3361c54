//! Accounts: users, sessions, tokens, sign-in.

pub(super) mod access_tokens;
pub(super) mod active_sessions;
pub(super) mod confirm;
pub(super) mod first_administrator;
pub(super) mod password;
pub(super) mod provider;
pub(super) mod reset_password;
pub(super) mod sign_in;

use crate::domain::paths;

/// Entries in the navigation of user settings, beside *Preferences*.
pub const USER_NAV: &[(&str, &str)] = &[
    ("Password", paths::PASSWORD),
    ("Active sessions", paths::SESSIONS),
    ("Access tokens", paths::ACCESS_TOKENS),
];

/// Entries in the administrators' navigation.
pub const ADMIN_NAV: &[(&str, &str)] = &[("People", paths::ADMIN_PEOPLE)];
