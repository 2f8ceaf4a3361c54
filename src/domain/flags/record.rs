//! Gates as recorded in the audit log: in words, and validation of the machine-readable form.

use super::{FlagActor, Gates};

impl Gates {
    /// `user ann (User:1), 25 % of actors`; `default` when no gate is set. `name` looks up an actor's name;
    /// ids are included, as they are never reused. Never parsed.
    pub fn recorded_words(&self, name: impl Fn(FlagActor) -> Option<String>) -> String {
        let mut parts = Vec::new();
        match self.boolean {
            None => parts.push(String::from("default")),
            Some(true) => parts.push(String::from("on")),
            Some(false) if !self.is_conditional() => parts.push(String::from("off")),
            Some(false) => {}
        }
        for (word, actors) in [("", &self.actors), ("opted out: ", &self.opted_out)] {
            parts.extend(actors.iter().map(|actor| {
                let key = actor.key();
                let named = name(*actor).map_or(key.clone(), |name| format!("{name} ({key})"));
                format!("{word}{named}")
            }));
        }
        parts.extend(self.groups.iter().map(|group| format!("feature group {group}")));
        for (percentage, of) in [(self.percentage_of_actors, "actors"), (self.percentage_of_time, "time")] {
            if !percentage.is_zero() {
                parts.push(format!("{percentage} % of {of}"));
            }
        }
        parts.join(", ")
    }

    /// Whether the gates are such as changes produce: sorted, without duplicates, and with a boolean if any
    /// is set.
    pub fn is_well_formed(&self) -> bool {
        fn in_order<T: Ord>(list: &[T]) -> bool {
            list.is_sorted_by(|a, b| a < b)
        }
        in_order(&self.actors)
            && in_order(&self.opted_out)
            && in_order(&self.groups)
            && (self.is_set() || *self == Self::default())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{
        flags::Percentage,
        ids::{NamespaceId, UserId},
    };

    const ANN: FlagActor = FlagActor::User(UserId(1));

    fn line(gates: &Gates) -> String {
        gates.recorded_words(|actor| (actor == ANN).then(|| String::from("user ann")))
    }

    fn read(json: &str) -> Option<Gates> {
        serde_json::from_str(json).ok().filter(Gates::is_well_formed)
    }

    fn some() -> Gates {
        Gates {
            boolean: Some(false),
            actors: vec![ANN, FlagActor::Project(NamespaceId(7))],
            opted_out: vec![FlagActor::User(UserId(2))],
            groups: vec![String::from("staff")],
            percentage_of_actors: Percentage::parse("12.5").expect("a percentage"),
            percentage_of_time: Percentage::ALL,
        }
    }

    #[test]
    fn gates_are_said_for_people() {
        let everyone = |boolean| Gates { boolean, ..Gates::default() };
        for (gates, expected) in [
            (everyone(None), "default"),
            (everyone(Some(true)), "on"),
            (everyone(Some(false)), "off"),
            (Gates { opted_out: vec![ANN], ..everyone(Some(true)) }, "on, opted out: user ann (User:1)"),
            (
                some(),
                "user ann (User:1), Project:7, opted out: User:2, feature group staff, 12.5 % of actors, 100 % of time",
            ),
        ] {
            assert_eq!(line(&gates), expected);
        }
    }

    /// The stored format must stay readable.
    #[test]
    fn gates_are_stored_so() {
        for (gates, json) in [
            (
                Gates::default(),
                r#"{"boolean":null,"actors":[],"opted_out":[],"groups":[],"percentage_of_actors":"0","percentage_of_time":"0"}"#,
            ),
            (
                some(),
                r#"{"boolean":false,"actors":["User:1","Project:7"],"opted_out":["User:2"],"groups":["staff"],"percentage_of_actors":"12.5","percentage_of_time":"100"}"#,
            ),
        ] {
            assert_eq!(serde_json::to_string(&gates).expect("it is written"), json);
            assert_eq!(read(json), Some(gates));
        }
    }

    #[test]
    fn gates_that_nobody_wrote_so_are_not_guessed_at() {
        let json = serde_json::to_string(&some()).expect("it is written");
        for (from, to) in [
            ("{", r#"{"luck":true,"#),
            (r#""boolean":false,"#, ""),
            ("false", "null"),
            ("false", r#""off""#),
            ("User:1", "Team:1"),
            ("User:1", "Project:9"),
            ("User:1", "Project:7"),
            ("12.5", "101"),
            (r#""12.5""#, "12.5"),
            (r#"["staff"]"#, r#"["staff","staff"]"#),
        ] {
            assert_eq!(read(&json.replacen(from, to, 1)), None, "{from} -> {to}");
        }
    }

    fn actors() -> impl Strategy<Value = Vec<FlagActor>> {
        let actor = (0..3, 1..1_000_i64).prop_map(|(kind, id)| match kind {
            0 => FlagActor::User(UserId(id)),
            1 => FlagActor::Group(NamespaceId(id)),
            _ => FlagActor::Project(NamespaceId(id)),
        });
        proptest::collection::btree_set(actor, 0..6).prop_map(|set| set.into_iter().collect())
    }

    proptest! {
        #[test]
        fn whatever_is_set_is_read_back(
            on: bool,
            actors in actors(),
            opted_out in actors(),
            groups in proptest::collection::btree_set("[a-zA-Z0-9_.-]{1,9}", 0..3),
            of_actors in 0..=10_000_i64,
            of_time in 0..=10_000_i64,
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
            let json = serde_json::to_string(&gates).expect("it is written");
            prop_assert_eq!(read(&json), Some(gates));
        }
    }
}
