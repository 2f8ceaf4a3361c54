//! Gates as the audit log keeps them: a line for people, which is read back to restore them.

use super::{FlagActor, Gates, Percentage};

/// What stands between the gates and why they were set.
const BECAUSE: &str = "; because: ";

const NOTHING: &str = "default";
const OPTED_OUT: &str = "opted out: ";
const FEATURE_GROUP: &str = "feature group ";

/// A set of gates in the audit log, and why they were set, if somebody said so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// `user ann (User:1), 25 % of actors`; `default` when nothing was set.
    pub gates: String,
    pub reason: Option<String>,
}

impl Recorded {
    /// `name` says an actor's name for people. The id stands with it: no other ever gets it.
    pub fn new(gates: &Gates, name: impl Fn(FlagActor) -> Option<String>) -> Self {
        let mut parts = Vec::new();
        match gates.boolean {
            None => parts.push(NOTHING.to_owned()),
            Some(true) => parts.push(String::from("on")),
            Some(false) if !gates.is_conditional() => parts.push(String::from("off")),
            Some(false) => {}
        }
        for (word, actors) in [("", &gates.actors), (OPTED_OUT, &gates.opted_out)] {
            parts.extend(actors.iter().map(|actor| {
                let key = actor.key();
                let named = name(*actor).map_or(key.clone(), |name| format!("{name} ({key})"));
                format!("{word}{named}")
            }));
        }
        parts.extend(gates.groups.iter().map(|group| format!("{FEATURE_GROUP}{group}")));
        for (percentage, of) in [(gates.percentage_of_actors, "actors"), (gates.percentage_of_time, "time")] {
            if !percentage.is_zero() {
                parts.push(format!("{percentage} % of {of}"));
            }
        }
        Self { gates: parts.join(", "), reason: None }
    }

    /// The value of an audit event; it is empty where a flag was deleted.
    pub fn parse(value: &str) -> Self {
        let (gates, reason) = match value.split_once(BECAUSE) {
            Some((gates, reason)) => (gates, Some(reason.to_owned())),
            None => (value, None),
        };
        let gates = if gates.is_empty() { NOTHING } else { gates };
        Self { gates: gates.to_owned(), reason }
    }

    /// What [`Recorded::parse`] reads.
    pub fn value(&self) -> String {
        match &self.reason {
            Some(reason) => format!("{}{BECAUSE}{reason}", self.gates),
            None => self.gates.clone(),
        }
    }

    /// The gates themselves, actors that are gone among them; `None` when this program did not write
    /// the line, or wrote it otherwise.
    pub fn gates(&self) -> Option<Gates> {
        if self.gates == NOTHING {
            return Some(Gates::default());
        }
        let mut gates = Gates { boolean: Some(false), ..Gates::default() };
        for (nth, part) in self.gates.split(", ").enumerate() {
            match part {
                "on" | "off" if nth == 0 => gates.boolean = Some(part == "on"),
                _ => read(part, &mut gates)?,
            }
        }
        gates.actors.sort_unstable();
        gates.opted_out.sort_unstable();
        gates.groups.sort_unstable();
        Some(gates)
    }
}

fn read(part: &str, gates: &mut Gates) -> Option<()> {
    if let Some(actor) = part.strip_prefix(OPTED_OUT) {
        gates.opted_out.push(actor_of(actor)?);
    } else if let Some(group) = part.strip_prefix(FEATURE_GROUP) {
        gates.groups.push(group.to_owned());
    } else if let Some((percentage, of)) = part.split_once(" % of ") {
        let percentage = Percentage::parse(percentage).ok()?;
        match of {
            "actors" => gates.percentage_of_actors = percentage,
            "time" => gates.percentage_of_time = percentage,
            _ => return None,
        }
    } else {
        gates.actors.push(actor_of(part)?);
    }
    Some(())
}

/// `user ann (User:1)`, or the id alone.
fn actor_of(text: &str) -> Option<FlagActor> {
    let key = match text.strip_suffix(')') {
        Some(named) => named.rsplit_once(" (")?.1,
        None => text,
    };
    FlagActor::from_key(key)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::ids::{NamespaceId, UserId};

    const ANN: FlagActor = FlagActor::User(UserId(1));

    fn line(gates: &Gates) -> String {
        Recorded::new(gates, |actor| (actor == ANN).then(|| String::from("user ann"))).value()
    }

    #[test]
    fn gates_are_said_for_people() {
        let some = Gates {
            boolean: Some(false),
            actors: vec![ANN, FlagActor::Project(NamespaceId(7))],
            opted_out: vec![FlagActor::User(UserId(2))],
            groups: vec![String::from("staff")],
            percentage_of_actors: Percentage::parse("12.5").expect("a percentage"),
            percentage_of_time: Percentage::ALL,
        };
        let everyone = |boolean| Gates { boolean, ..Gates::default() };
        for (gates, expected) in [
            (everyone(None), "default"),
            (everyone(Some(true)), "on"),
            (everyone(Some(false)), "off"),
            (Gates { opted_out: vec![ANN], ..everyone(Some(true)) }, "on, opted out: user ann (User:1)"),
            (
                some,
                "user ann (User:1), Project:7, opted out: User:2, feature group staff, 12.5 % of actors, 100 % of time",
            ),
        ] {
            assert_eq!(line(&gates), expected);
            assert_eq!(Recorded::parse(expected).gates(), Some(gates), "{expected}");
        }
    }

    #[test]
    fn a_deleted_flag_has_nothing_set() {
        assert_eq!(Recorded::parse("").gates(), Some(Gates::default()));
        let deleted = Recorded::parse("default; because: It is over.");
        assert_eq!(
            (deleted.gates(), deleted.reason.as_deref()),
            (Some(Gates::default()), Some("It is over."))
        );
    }

    #[test]
    fn a_line_that_nobody_wrote_so_is_not_guessed_at() {
        for line in [
            "maybe",
            "on, on",
            "User:x",
            "user ann (Team:1)",
            "101 % of actors",
            "5 % of luck",
            "user ann",
            "opted out: nobody",
            "on, ",
            "off, default",
        ] {
            assert_eq!(Recorded::parse(line).gates(), None, "{line}");
        }
    }

    fn actors(kinds: u8) -> impl Strategy<Value = Vec<FlagActor>> {
        let actor = (0..kinds, 1..1_000_i64).prop_map(|(kind, id)| match kind {
            0 => FlagActor::User(UserId(id)),
            1 => FlagActor::Group(NamespaceId(id)),
            _ => FlagActor::Project(NamespaceId(id)),
        });
        proptest::collection::btree_set(actor, 0..6).prop_map(|set| set.into_iter().collect())
    }

    proptest! {
        #[test]
        fn whatever_is_set_is_read_back_with_its_reason(
            on: bool,
            actors in actors(3),
            opted_out in actors(3),
            groups in proptest::collection::btree_set("[a-zA-Z0-9_.-]{1,9}", 0..3),
            of_actors in 0..=10_000_i64,
            of_time in 0..=10_000_i64,
            reason in proptest::option::of(".{1,40}"),
        ) {
            let percentage = |hundredths| Percentage::from_hundredths(hundredths).expect("within");
            let gates = Gates {
                boolean: Some(on),
                actors,
                opted_out,
                groups: groups.into_iter().collect(),
                percentage_of_actors: percentage(of_actors),
                percentage_of_time: percentage(of_time),
            };
            let named = |actor: FlagActor| actor.key().ends_with('1').then(|| String::from("group acme/sub.group"));
            let written = Recorded { reason: reason.clone(), ..Recorded::new(&gates, named) };
            let read = Recorded::parse(&written.value());
            prop_assert_eq!(read.gates(), Some(gates));
            prop_assert_eq!(read.reason, reason);
        }
    }
}
