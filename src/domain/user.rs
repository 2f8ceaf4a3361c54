//! Users: people and bots, and what a user name must be.

use serde::{Deserialize, Serialize};

use super::ids::UserId;

/// A person, or a program with an account. A bot never consents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserKind {
    Human,
    Bot,
}

impl UserKind {
    pub const fn key(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Bot => "bot",
        }
    }

    /// `None` when `key` names no kind.
    pub fn from_key(key: &str) -> Option<Self> {
        [Self::Human, Self::Bot].into_iter().find(|it| it.key() == key)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub id: UserId,
    pub username: String,
    pub name: String,
    pub kind: UserKind,
    pub is_admin: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UserRuleError {
    #[error(
        "A user name has 2 to 64 letters, digits, dots, dashes or underscores, and begins and ends with a letter or digit."
    )]
    Username,
    #[error("A name has 1 to 128 characters.")]
    Name,
}

/// A user name as it may be stored. Names are compared without regard to case.
pub fn check_username(username: &str) -> Result<&str, UserRuleError> {
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let fits = (2..=64).contains(&username.len())
        && username.chars().all(inside)
        && edge(username.chars().next())
        && edge(username.chars().next_back());
    if fits { Ok(username) } else { Err(UserRuleError::Username) }
}

/// Whether `c` shows, and leaves what stands around it as it is: no control character, and none that
/// turns the direction of the text, so that a name cannot look like another.
pub fn may_stand_in_a_name(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A display name, trimmed.
pub fn check_name(name: &str) -> Result<&str, UserRuleError> {
    let name = name.trim();
    let fits = (1..=128).contains(&name.chars().count()) && name.chars().all(may_stand_in_a_name);
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
        for bad in ["", "a", "-ann", "ann.", "an n", "änn", "a/b", &"x".repeat(65)] {
            assert_eq!(check_username(bad), Err(UserRuleError::Username), "{bad}");
        }
    }

    #[test]
    fn names_are_trimmed() {
        assert_eq!(check_name("  Ann "), Ok("Ann"));
        assert!(check_name(" ").is_err());
        assert!(check_name("a\u{0}").is_err());
        for turning in ['\u{200f}', '\u{202a}', '\u{202e}', '\u{2066}', '\u{2069}'] {
            assert!(check_name(&format!("Ann{turning}")).is_err(), "{turning:?}");
        }
        assert_eq!(check_name("שרה"), Ok("שרה"));
    }
}
