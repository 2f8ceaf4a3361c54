//! The actor of a request, and the surfaces it can come through.

use super::{ids::UserId, keyed::keyed_enum, stored::Stored, time::Timestamp, token::Scope, user::UserKind};

keyed_enum! {
    /// What a request came through. Recorded in every audit event and consent, in append-only tables without
    /// a CHECK on the values, so that another surface needs no migration.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum Surface: serde {
        Page = "page",
        Api = "api",
        CommandLine = "command_line",
        /// A command in a chat program.
        Chat = "chat",
        /// The server itself, when it applies a scheduled change.
        Scheduler = "scheduler",
    }
}

impl Surface {
    /// As shown on screen, in the middle of a sentence.
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::Page => "on the page",
            Self::Api => "through the API",
            Self::CommandLine => "at the command line",
            Self::Chat => "in the chat",
            Self::Scheduler => "by the scheduler",
        }
    }
}

/// How the actor is authenticated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// Each request carries its own proof: a token, a signature, or the machine that a command runs on.
    EachRequest,
    /// A session: authenticated by password or provider at `since`.
    Session { since: Timestamp },
}

impl Stored<Surface> {
    /// As shown on screen, in the middle of a sentence.
    pub fn phrase(&self) -> String {
        self.known().map_or_else(|| format!("through {}", self.key()), |it| it.phrase().to_owned())
    }
}

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    pub id: UserId,
    pub username: String,
    pub name: String,
    pub kind: UserKind,
    pub is_admin: bool,
    /// A token's scopes; `None` for a user without a token, who has all rights.
    pub scopes: Option<Vec<Scope>>,
    pub proof: Proof,
}

impl Actor {
    /// Whether the actor authenticated within this many milliseconds; 0 means no limit.
    pub fn has_proved_within(&self, millis: i64, now: Timestamp) -> bool {
        match self.proof {
            Proof::EachRequest => true,
            Proof::Session { since } => millis == 0 || since.is_within(millis, now),
        }
    }

    /// Whether the actor's scopes, if limited, include `scope`.
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
        let proved = |proof, millis| {
            let actor = Actor {
                id: UserId(1),
                username: "ann".into(),
                name: "Ann".into(),
                kind: UserKind::Human,
                is_admin: true,
                scopes: None,
                proof,
            };
            actor.has_proved_within(millis, now)
        };
        let ago = |millis: i64| Proof::Session { since: now.plus_millis(-millis) };
        assert!(proved(ago(59), 60));
        assert!(!proved(ago(60), 60));
        assert!(!proved(ago(-2 * 24 * 3_600_000), 60), "the clock was ahead");
        assert!(proved(ago(60), 0), "switched off");
        assert!(proved(Proof::EachRequest, 60));
    }
}
