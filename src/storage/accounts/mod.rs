//! Accounts: users, sessions, tokens, sign-in.

pub(super) mod browsed_users;
pub(super) mod identities;
pub(super) mod links;
pub(super) mod sessions;
pub(super) mod sign_in_failures;
pub(super) mod tokens;
pub(super) mod users;

/// The SQL statements of each file.
pub(super) const STATEMENTS: &[(&str, &[(&str, &str)])] = &[
    ("identities", identities::STATEMENTS),
    ("links", links::STATEMENTS),
    ("sessions", sessions::STATEMENTS),
    ("sign_in_failures", sign_in_failures::STATEMENTS),
    ("tokens", tokens::STATEMENTS),
    ("browsed_users", browsed_users::STATEMENTS),
    ("users", users::STATEMENTS),
];
