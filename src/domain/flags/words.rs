//! Gates and their changes in words, for people. The audit log's form is in `record`.

use super::{FlagActor, GateChange, Gates, Percentage, PercentageOf};

/// `25 % of actors`.
fn share(percentage: Percentage, of: PercentageOf) -> String {
    format!("{percentage} % of {}", of.name())
}

fn feature_group(name: &str) -> String {
    format!("feature group {name}")
}

impl Gates {
    /// The percentages that are set, if not zero.
    fn percentages(&self) -> impl Iterator<Item = (Percentage, PercentageOf)> {
        let all = [
            (self.percentage_of_actors, PercentageOf::Actors),
            (self.percentage_of_time, PercentageOf::Time),
        ];
        all.into_iter().filter(|(percentage, _)| !percentage.is_zero())
    }

    /// In full: `on`, `off (default)`, `on for user ann, 25 % of actors, but not for user bob`. `default` is
    /// the flag's default, which applies while no gate is set; `actors` and `opted_out` are names.
    pub fn in_words(&self, default: bool, actors: &[String], opted_out: &[String]) -> String {
        let word = |on| if on { "on" } else { "off" };
        let mut open_for = actors.to_vec();
        open_for.extend(self.groups.iter().map(|group| feature_group(group)));
        open_for.extend(self.percentages().map(|(percentage, of)| share(percentage, of)));
        let state = match self.boolean {
            None => format!("{} (default)", word(default)),
            Some(false) if !open_for.is_empty() => format!("on for {}", open_for.join(", ")),
            Some(on) => word(on).to_owned(),
        };
        if opted_out.is_empty() {
            return state;
        }
        format!("{state}, but not for {}", opted_out.join(", "))
    }

    /// With counts: `On for 2 actors and 25 % of actors, 1 opted out.`
    pub fn summary(&self, default: bool) -> String {
        let count = |count: usize, one: &str| match count {
            1 => format!("1 {one}"),
            _ => format!("{count} {one}s"),
        };
        let mut open = Vec::new();
        if !self.actors.is_empty() {
            open.push(count(self.actors.len(), "actor"));
        }
        if !self.groups.is_empty() {
            open.push(count(self.groups.len(), "feature group"));
        }
        open.extend(self.percentages().map(|(percentage, of)| match of {
            PercentageOf::Actors => share(percentage, of),
            PercentageOf::Time => format!("{percentage} % of the time"),
        }));
        let mut said = match (self.boolean, open.as_slice()) {
            (None, _) if default => String::from("Nothing is set: on by default"),
            (None, _) => String::from("Nothing is set: off by default"),
            (Some(true), _) => String::from("On for everyone"),
            (Some(false), []) => String::from("Off for everyone"),
            (Some(false), [only]) => format!("On for {only}"),
            (Some(false), [first @ .., last]) => format!("On for {} and {last}", first.join(", ")),
        };
        if !self.opted_out.is_empty() {
            said = format!("{said}, {} opted out", self.opted_out.len());
        }
        said + "."
    }
}

impl GateChange {
    /// `on for user ann`, `25 % of actors`. `name` looks up an actor's name.
    pub fn in_words(&self, name: impl Fn(FlagActor) -> String) -> String {
        let no_longer = |so: bool| if so { "" } else { "no longer " };
        match self {
            Self::Boolean(on) => format!("{} for everyone", if *on { "on" } else { "off" }),
            Self::Actor(actor, on) => format!("{}on for {}", no_longer(*on), name(*actor)),
            Self::FeatureGroup(group, on) => format!("{}on for {}", no_longer(*on), feature_group(group)),
            Self::OptOut(actor, out) => format!("{}opted out: {}", no_longer(*out), name(*actor)),
            Self::PercentageOfActors(percentage) => share(*percentage, PercentageOf::Actors),
            Self::PercentageOfTime(percentage) => share(*percentage, PercentageOf::Time),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::UserId;

    const ANN: FlagActor = FlagActor::User(UserId(1));
    const BOB: FlagActor = FlagActor::User(UserId(2));

    fn name(actor: FlagActor) -> String {
        String::from(if actor == ANN { "user ann" } else { "user bob" })
    }

    #[test]
    fn gates_are_said_in_full() {
        let some = Gates {
            boolean: Some(false),
            actors: vec![ANN],
            groups: vec![String::from("staff")],
            percentage_of_actors: Percentage::parse("0.05").expect("a percentage"),
            percentage_of_time: Percentage::ALL,
            ..Gates::default()
        };
        let without = Gates { opted_out: vec![BOB], ..some.clone() };
        let named = |actors: &[FlagActor]| actors.iter().copied().map(name).collect::<Vec<_>>();
        for (gates, default, expected) in [
            (Gates::default(), true, "on (default)"),
            (Gates::default(), false, "off (default)"),
            (Gates { boolean: Some(true), ..Gates::default() }, false, "on"),
            (Gates { boolean: Some(false), ..Gates::default() }, true, "off"),
            (some, false, "on for user ann, feature group staff, 0.05 % of actors, 100 % of time"),
            (
                without,
                false,
                "on for user ann, feature group staff, 0.05 % of actors, 100 % of time, but not for user bob",
            ),
        ] {
            let said = gates.in_words(default, &named(&gates.actors), &named(&gates.opted_out));
            assert_eq!(said, expected);
        }
    }

    #[test]
    fn a_change_says_what_it_does() {
        let half = Percentage::parse("50").expect("a percentage");
        for (change, expected) in [
            (GateChange::Boolean(true), "on for everyone"),
            (GateChange::Boolean(false), "off for everyone"),
            (GateChange::Actor(ANN, true), "on for user ann"),
            (GateChange::Actor(BOB, false), "no longer on for user bob"),
            (GateChange::FeatureGroup(String::from("staff"), true), "on for feature group staff"),
            (GateChange::OptOut(ANN, true), "opted out: user ann"),
            (GateChange::OptOut(ANN, false), "no longer opted out: user ann"),
            (GateChange::PercentageOfActors(half), "50 % of actors"),
            (GateChange::PercentageOfTime(half), "50 % of time"),
        ] {
            assert_eq!(change.in_words(name), expected);
        }
    }
}
