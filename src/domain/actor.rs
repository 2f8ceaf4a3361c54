//! Whoever acts: a person on a page, a token at the API, an operator at the command line.

use serde::{Deserialize, Serialize};

use super::{ids::UserId, token::Scope, user::UserKind};

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
}

impl Actor {
    /// Whether the way this actor came in allows what needs `scope`.
    pub fn has_scope(&self, scope: Scope) -> bool {
        self.scopes.as_ref().is_none_or(|scopes| scopes.contains(&scope))
    }
}
