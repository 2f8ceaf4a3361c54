//! Users: people and bots, and rules for their names.

use super::{
    ids::UserId,
    keyed::keyed_enum,
    visible::{is_seen, may_stand_in_a_name},
};

keyed_enum! {
    /// A person, or a program with an account. Bots cannot give consent.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum UserKind: serde {
        Human = "human",
        Bot = "bot",
    }
}

keyed_enum! {
    /// Whether somebody has access. What a blocked user was given (roles, seats, tokens) is kept and has no
    /// effect until they are unblocked.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum UserState: serde {
        Active = "active",
        Blocked = "blocked",
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub id: UserId,
    pub username: String,
    pub name: String,
    pub kind: UserKind,
    pub is_admin: bool,
    pub state: UserState,
}

impl User {
    pub fn is_blocked(&self) -> bool {
        self.state == UserState::Blocked
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UserRuleError {
    #[error(
        "A user name has 1 to 255 letters, digits, dots, dashes or underscores, does not begin with a dash and does not end with a dot."
    )]
    Username,
    #[error("The audit log calls somebody else so, who has no account. Choose another user name.")]
    Reserved,
    #[error("A name has 1 to 128 characters, some that can be seen and none that hide in others.")]
    Name,
}

/// Maximum length of a username in characters, as in GitLab.
pub const LONGEST_USERNAME: usize = 255;

/// Who runs commands on the server, as audit log and ledger call them. They have no account.
pub const OPERATOR: &str = "operator";
/// A provider that changes what a user was given, in the same way.
pub const PROVIDER: &str = "provider";

/// Validates the username that a user is to get: [`check_username`], and none that the audit log has for
/// somebody without an account.
pub fn check_new_username(username: &str) -> Result<&str, UserRuleError> {
    let username = check_username(username)?;
    let reserved = [OPERATOR, PROVIDER].iter().any(|it| it.eq_ignore_ascii_case(username));
    if reserved { Err(UserRuleError::Reserved) } else { Ok(username) }
}

/// Validates a username by GitLab's rules, so that people and service accounts can have the same name here.
/// Usernames are case-insensitive.
pub fn check_username(username: &str) -> Result<&str, UserRuleError> {
    let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let fits = (1..=LONGEST_USERNAME).contains(&username.len())
        && username.chars().all(inside)
        && !username.starts_with('-')
        && !username.ends_with('.');
    if fits { Ok(username) } else { Err(UserRuleError::Username) }
}

/// Validates a display name, and trims it.
pub fn check_name(name: &str) -> Result<&str, UserRuleError> {
    let name = name.trim();
    let fits = name.chars().count() <= 128 && name.chars().all(may_stand_in_a_name) && is_seen(name);
    if fits { Ok(name) } else { Err(UserRuleError::Name) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_names_are_plain_words() {
        for good in ["ann", "ann.lee", "a-b_c", "x9"] {
            assert_eq!(check_username(good), Ok(good));
        }
        for bad in ["", "-ann", "ann.", ".", "-", "an n", "änn", "a/b", "ann\n", &"x".repeat(256)] {
            assert_eq!(check_username(bad), Err(UserRuleError::Username), "{bad}");
        }
    }

    #[test]
    fn a_user_is_known_by_the_name_that_gitlab_allows() {
        let service_account = format!("service_account_group_1_{}", "0123456789abcdef".repeat(14));
        for good in
            ["_jane", "jane_", "jane-", "j", "_", "7", ".jane", "a..b", &service_account, &"x".repeat(255)]
        {
            assert_eq!(check_username(good), Ok(good));
        }
    }

    #[test]
    fn nobody_is_called_as_who_has_no_account() {
        for taken in ["operator", "Operator", "PROVIDER"] {
            assert_eq!(check_new_username(taken), Err(UserRuleError::Reserved), "{taken}");
            assert_eq!(check_username(taken), Ok(taken));
        }
        assert_eq!(check_new_username("operator2"), Ok("operator2"));
        assert_eq!(check_new_username("-"), Err(UserRuleError::Username));
    }

    #[test]
    fn names_are_trimmed() {
        assert_eq!(check_name("  Ann "), Ok("Ann"));
        assert!(check_name(" ").is_err());
        assert!(check_name("a\u{0}").is_err());
        for turning in ['\u{200f}', '\u{202a}', '\u{202e}', '\u{2066}', '\u{2069}'] {
            assert!(check_name(&format!("Ann{turning}")).is_err(), "{turning:?}");
        }
        for invisible in
            ["\u{200b}", "\u{3164}\u{3164}", "\u{2800}", "\u{200d}", "Ann\u{200b}", "\u{feff}Ann"]
        {
            assert!(check_name(invisible).is_err(), "{invisible:?}");
        }
        assert_eq!(check_name("שרה"), Ok("שרה"));
    }
}
