//! The rule that staging goes before production.

use super::{Bucket, FlagActor, Gates, Percentage, State};

/// An environment's gates before and after a change.
#[derive(Clone, Copy, Debug)]
pub struct Moved<'a> {
    pub before: &'a Gates,
    pub after: &'a Gates,
}

/// Whether a change leaves production further open than staging by its own doing: it opened production or
/// closed staging. `default` is the flag's default, which applies while no gate is set.
///
/// Further open means: on for everyone where staging is not; a greater percentage, of actors or of time; an
/// actor or a feature group for whom staging is closed. Opt-outs open a flag for nobody and do not count.
pub fn ahead_of_staging(flag: &str, default: bool, staging: Moved<'_>, production: Moved<'_>) -> bool {
    let reach = |gates| Reach { flag, gates, for_all: gates.glance().openness(default) == State::On };
    let [staging, production] =
        [staging, production].map(|Moved { before, after }| [reach(before), reach(after)]);
    // What was already so before the change is not its fault.
    let is_new = |further: &dyn Fn(Reach<'_>, Reach<'_>) -> bool| {
        further(production[1], staging[1]) && !further(production[0], staging[0])
    };
    let grown = |share: &dyn Fn(Reach<'_>) -> Percentage| {
        let [here, there] = [production, staging].map(|it| it.map(share));
        here[1] > there[1] && (here[1] > here[0] || there[1] < there[0])
    };
    grown(&|it| it.of_actors())
        || grown(&|it| it.of_time())
        || production[1].gates.actors.iter().any(|actor| is_new(&|a, b| a.holds(*actor) && !b.holds(*actor)))
        || production[1].gates.groups.iter().any(|group| is_new(&|a, b| a.has(group) && !b.has(group)))
}

/// How far a set of gates is open.
#[derive(Clone, Copy)]
struct Reach<'a> {
    flag: &'a str,
    gates: &'a Gates,
    for_all: bool,
}

impl Reach<'_> {
    fn of_actors(self) -> Percentage {
        if self.for_all { Percentage::ALL } else { self.gates.percentage_of_actors }
    }

    fn of_time(self) -> Percentage {
        if self.for_all { Percentage::ALL } else { self.gates.percentage_of_time }
    }

    fn holds(self, actor: FlagActor) -> bool {
        self.gates.actors.binary_search(&actor).is_ok()
            || self.of_actors().holds(Bucket::of(self.flag, actor))
    }

    fn has(self, group: &str) -> bool {
        self.for_all || self.gates.groups.iter().any(|it| it == group)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::UserId;

    const FLAG: &str = "mr_ai_resolve_conflicts";

    /// Within 10 %, not within 8 %.
    const EVE: FlagActor = FlagActor::User(UserId(3));
    /// Within 25 %, not within 10 %.
    const BOB: FlagActor = FlagActor::User(UserId(2));

    /// `on`, `off`, `default`, or what is open: `eve bob testers 25% 10t -eve`.
    fn gates(said: &str) -> Gates {
        let percent = |text| Percentage::parse(text).expect("a percentage");
        let mut gates = Gates { boolean: Some(said.starts_with("on")), ..Gates::default() };
        if said == "default" {
            return Gates::default();
        }
        for word in said.split(' ').filter(|it| !matches!(*it, "on" | "off")) {
            match word {
                "eve" => gates.actors.push(EVE),
                "bob" => gates.actors.push(BOB),
                "-eve" => gates.opted_out.push(EVE),
                word => match (word.strip_suffix('%'), word.strip_suffix('t')) {
                    (Some(number), _) => gates.percentage_of_actors = percent(number),
                    (_, Some(number)) => gates.percentage_of_time = percent(number),
                    _ => gates.groups.push(word.to_owned()),
                },
            }
        }
        gates.actors.sort_unstable();
        gates
    }

    fn is_ahead(default: bool, staging: (&str, &str), production: (&str, &str)) -> bool {
        let [(s0, s1), (p0, p1)] = [staging, production].map(|(before, after)| (gates(before), gates(after)));
        let (staging, production) = (Moved { before: &s0, after: &s1 }, Moved { before: &p0, after: &p1 });
        ahead_of_staging(FLAG, default, staging, production)
    }

    #[test]
    fn production_does_not_go_before_staging_and_staging_does_not_go_back_alone() {
        for (staging, production, refused) in [
            (("off", "off"), ("off", "on"), true),
            (("off", "off"), ("off", "25%"), true),
            (("25%", "25%"), ("off", "on"), true),
            (("25%", "25%"), ("off", "25%"), false),
            (("on", "on"), ("off", "on"), false),
            (("off", "on"), ("off", "on"), false),
            (("on", "off"), ("on", "on"), true),
            (("on", "off"), ("on", "off"), false),
            // What was already so before the change is not its fault.
            (("off", "off"), ("on", "on"), false),
            (("off", "off"), ("on", "eve 25% 10t testers"), false),
            (("off", "25%"), ("on", "on"), false),
            (("off", "off"), ("75% eve", "50% eve"), false),
            (("bob", "bob"), ("eve", "eve bob"), false),
        ] {
            assert_eq!(is_ahead(false, staging, production), refused, "{staging:?} {production:?}");
        }
    }

    #[test]
    fn percentages_actors_and_feature_groups_are_compared_one_by_one() {
        for (staging, production, refused) in [
            (("25%", "25%"), ("25%", "75%"), true),
            (("25%", "75%"), ("25%", "75%"), false),
            (("75%", "25%"), ("75%", "75%"), true),
            (("50%", "50%"), ("off", "50t"), true),
            (("50t", "50t"), ("off", "50.01t"), true),
            (("50t", "50t"), ("off", "50t"), false),
            (("bob", "bob"), ("off", "eve"), true),
            (("eve bob", "eve bob"), ("off", "eve"), false),
            (("eve", "off"), ("eve", "eve"), true),
            (("bob", "bob"), ("eve", "eve bob"), false),
            (("bob", "bob"), ("bob", "bob eve"), true),
            // An actor within the percentage has the flag in staging.
            (("10%", "10%"), ("off", "eve"), false),
            (("8%", "8%"), ("off", "eve"), true),
            (("10%", "10%"), ("off", "bob"), true),
            (("testers", "testers"), ("off", "testers"), false),
            (("testers", "testers"), ("off", "staff"), true),
            (("on", "on"), ("off", "eve 75% testers 10t"), false),
            (("100t", "100t"), ("off", "on"), false),
            // Neither opens the flag for anybody.
            (("on", "on -eve"), ("on", "on"), false),
            (("off", "off"), ("off", "-eve"), false),
        ] {
            assert_eq!(is_ahead(false, staging, production), refused, "{staging:?} {production:?}");
        }
    }

    #[test]
    fn what_is_not_set_is_as_the_default_says() {
        for (default, staging, production, refused) in [
            (true, ("default", "off"), ("default", "default"), true),
            (true, ("default", "default"), ("off", "on"), false),
            (true, ("off", "off"), ("off", "default"), true),
            (false, ("default", "default"), ("default", "eve"), true),
            (false, ("off", "off"), ("off", "default"), false),
        ] {
            assert_eq!(is_ahead(default, staging, production), refused, "{staging:?} {production:?}");
        }
    }
}
