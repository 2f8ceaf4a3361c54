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

use crate::domain::paths;

/// In the navigation of one's own settings, beside the preferences.
pub const USER_NAV: &[(&str, &str)] = &[
    ("Password", paths::PASSWORD),
    ("Active sessions", paths::SESSIONS),
    ("Access tokens", paths::ACCESS_TOKENS),
];

/// In the navigation of administrators.
pub const ADMIN_NAV: &[(&str, &str)] = &[("Users", paths::ADMIN_USERS)];
