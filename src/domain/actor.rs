//! Whoever acts: a person on a page, a token at the API, an operator at the command line.

use serde::{Deserialize, Serialize};

use super::{ids::UserId, time::Timestamp, token::Scope, user::UserKind};

/// Where a request came from. Kept with every audit event and consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Surface {
    Page,
    Api,
    CommandLine,
}

impl Surface {
    /// The word in the database.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Api => "api",
            Self::CommandLine => "command_line",
        }
    }

    /// `None` when `key` names no surface.
    pub fn from_key(key: &str) -> Option<Self> {
        [Self::Page, Self::Api, Self::CommandLine].into_iter().find(|it| it.key() == key)
    }

    /// As it is said on screen.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Api => "API",
            Self::CommandLine => "command line",
        }
    }
}

/// Who acts, and through what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    pub id: UserId,
    pub username: String,
    pub name: String,
    pub kind: UserKind,
    pub is_admin: bool,
    pub surface: Surface,
    /// What a token was made for; `None` when the user acts without one and so with all rights.
    pub scopes: Option<Vec<Scope>>,
    /// When somebody at a page last proved who they are. `None` where every request carries its own
    /// proof: a token, or the machine that a command runs on.
    pub authenticated_at: Option<Timestamp>,
}

impl Actor {
    /// Whether the actor proved within so many milliseconds who they are; 0 asks for nothing.
    pub fn has_proved_within(&self, millis: i64, now: Timestamp) -> bool {
        millis == 0
            || self.surface != Surface::Page
            || self.authenticated_at.is_some_and(|at| at.is_within(millis, now))
    }

    /// Whether the way this actor came in allows what needs `scope`.
    pub fn has_scope(&self, scope: Scope) -> bool {
        self.scopes.as_ref().is_none_or(|scopes| scopes.contains(&scope))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_a_page_a_proof_grows_old_and_elsewhere_each_request_has_its_own() {
        let now = Timestamp::from_millis(1_780_315_200_000);
        let proved = |surface, authenticated_at, millis| {
            let actor = Actor {
                id: UserId(1),
                username: "ann".into(),
                name: "Ann".into(),
                kind: UserKind::Human,
                is_admin: true,
                surface,
                scopes: None,
                authenticated_at,
            };
            actor.has_proved_within(millis, now)
        };
        let ago = |millis: i64| Some(now.plus_millis(-millis));
        assert!(proved(Surface::Page, ago(59), 60));
        assert!(!proved(Surface::Page, ago(60), 60));
        assert!(!proved(Surface::Page, None, 60));
        assert!(!proved(Surface::Page, ago(-2 * 24 * 3_600_000), 60), "the clock was ahead");
        assert!(proved(Surface::Page, None, 0), "switched off");
        assert!(proved(Surface::Api, None, 60) && proved(Surface::CommandLine, None, 60));
    }
}
