//! Feature flags: what they are called, which gates they have, and whether they are open.

use serde::Serialize;

use super::ids::{NamespaceId, UserId};

/// A flag that the program knows. A flag it does not know cannot be set: nothing would read it.
#[derive(Debug, PartialEq, Eq)]
pub struct FlagDefinition {
    pub name: &'static str,
    pub description: &'static str,
    /// The answer while no gate is set.
    pub default: bool,
}

/// Shows the Orbit section in Preferences → Behavior, and opens Orbit at all.
pub const ORBIT_USER_PREFERENCE: &str = "orbit_user_preference";

/// Runs the developer flow's version for Orbit, for users who opted in.
pub const DUO_DEVELOPER_ORBIT: &str = "duo_developer_orbit";

/// Runs the next, unstable definition of the developer flow.
pub const DUO_DEVELOPER_NEXT_UNSTABLE: &str = "duo_developer_next_unstable";

pub static DEFINITIONS: [FlagDefinition; 3] = [
    FlagDefinition {
        name: ORBIT_USER_PREFERENCE,
        description: "Users opt in to Orbit in Preferences → Behavior. While off, Orbit is off for everyone.",
        default: false,
    },
    FlagDefinition {
        name: DUO_DEVELOPER_ORBIT,
        description: "The developer flow runs in its version for Orbit, for users who opted in to Orbit. For users or top-level groups.",
        default: false,
    },
    FlagDefinition {
        name: DUO_DEVELOPER_NEXT_UNSTABLE,
        description: "The developer flow runs in its next, unstable definition. For top-level groups.",
        default: false,
    },
];

impl FlagDefinition {
    /// The flag of this name; `None` when the program knows none.
    pub fn find(name: &str) -> Option<&'static Self> {
        DEFINITIONS.iter().find(|flag| flag.name == name)
    }
}

/// Whom a flag can be opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FlagActor {
    User(UserId),
    Group(NamespaceId),
}

impl FlagActor {
    /// GitLab's actor id (`flipper_id`): `User:1`, `Group:2`.
    pub fn key(self) -> String {
        match self {
            Self::User(id) => format!("User:{id}"),
            Self::Group(id) => format!("Group:{id}"),
        }
    }

    /// `None` when `key` is no actor id.
    pub fn from_key(key: &str) -> Option<Self> {
        let (kind, id) = key.split_once(':')?;
        let id = id.parse().ok()?;
        match kind {
            "User" => Some(Self::User(UserId(id))),
            "Group" => Some(Self::Group(NamespaceId(id))),
            _ => None,
        }
    }
}

/// What is set for a flag in the database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gates {
    /// For everyone; `None` when nobody set it.
    pub boolean: Option<bool>,
    pub actors: Vec<FlagActor>,
}

/// Which gate answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Gate {
    /// No gate is set.
    Default,
    /// On for everyone.
    Boolean,
    /// On for one of the actors asked about.
    Actor,
    /// Gates are set, and none of them is open.
    Closed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Evaluation {
    pub on: bool,
    pub gate: Gate,
}

/// A change to the gates of a flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GateChange {
    Boolean(bool),
    Actor(FlagActor, bool),
}

impl Gates {
    /// Whether the flag is on for any of `actors`. Any gate that is set overrides the default, as
    /// GitLab's do.
    pub fn evaluate(&self, definition: &FlagDefinition, actors: &[FlagActor]) -> Evaluation {
        let (on, gate) = match self.boolean {
            Some(true) => (true, Gate::Boolean),
            _ if actors.iter().any(|actor| self.actors.contains(actor)) => (true, Gate::Actor),
            None if self.actors.is_empty() => (definition.default, Gate::Default),
            _ => (false, Gate::Closed),
        };
        Evaluation { on, gate }
    }

    /// The gates after a change. A boolean, on or off, takes the place of every actor, as GitLab's
    /// does; taking away the last actor leaves the flag off.
    #[must_use]
    pub fn apply(mut self, change: GateChange) -> Self {
        match change {
            GateChange::Boolean(on) => Self { boolean: Some(on), actors: Vec::new() },
            GateChange::Actor(actor, on) => {
                self.actors.retain(|it| *it != actor);
                if on {
                    self.actors.push(actor);
                    self.actors.sort_unstable();
                } else if self.boolean.is_none() && self.actors.is_empty() {
                    self.boolean = Some(false);
                }
                self
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANN: FlagActor = FlagActor::User(UserId(1));
    const BOB: FlagActor = FlagActor::User(UserId(2));
    const ACME: FlagActor = FlagActor::Group(NamespaceId(1));
    static OFF: FlagDefinition = FlagDefinition { name: "a", description: "", default: false };
    static ON: FlagDefinition = FlagDefinition { name: "b", description: "", default: true };

    #[test]
    fn the_truth_table_of_the_gates() {
        let gates = |boolean, actors: &[FlagActor]| Gates { boolean, actors: actors.to_vec() };
        let table = [
            (gates(None, &[]), &OFF, false, Gate::Default),
            (gates(None, &[]), &ON, true, Gate::Default),
            (gates(Some(true), &[]), &OFF, true, Gate::Boolean),
            (gates(Some(false), &[]), &ON, false, Gate::Closed),
            (gates(None, &[ANN]), &OFF, true, Gate::Actor),
            (gates(None, &[ACME]), &OFF, true, Gate::Actor),
            (gates(Some(false), &[ANN]), &OFF, true, Gate::Actor),
            (gates(None, &[BOB]), &ON, false, Gate::Closed),
        ];
        for (gates, definition, on, gate) in table {
            assert_eq!(gates.evaluate(definition, &[ANN, ACME]), Evaluation { on, gate }, "{gates:?}");
        }
    }

    #[test]
    fn a_user_and_a_group_of_the_same_number_are_not_confused() {
        let gates = Gates { boolean: None, actors: vec![FlagActor::User(UserId(1))] };
        assert!(!gates.evaluate(&OFF, &[ACME]).on);
        assert!(gates.evaluate(&OFF, &[ANN]).on);
    }

    #[test]
    fn changes_do_what_gitlab_does() {
        let gates = Gates::default().apply(GateChange::Actor(ANN, true)).apply(GateChange::Actor(ANN, true));
        assert_eq!(gates, Gates { boolean: None, actors: vec![ANN] });
        assert_eq!(
            gates.clone().apply(GateChange::Actor(ANN, false)),
            Gates { boolean: Some(false), actors: vec![] }
        );
        assert_eq!(gates.apply(GateChange::Boolean(true)), Gates { boolean: Some(true), actors: vec![] });
        assert_eq!(
            Gates::default().apply(GateChange::Boolean(false)),
            Gates { boolean: Some(false), actors: vec![] }
        );
    }

    #[test]
    fn actor_ids_read_back() {
        for actor in [ANN, ACME] {
            assert_eq!(FlagActor::from_key(&actor.key()), Some(actor));
        }
        for bad in ["", "User", "User:x", "Team:1", "user:1"] {
            assert_eq!(FlagActor::from_key(bad), None, "{bad}");
        }
    }
}
