//! The gates of a flag: evaluation, and changes.

use serde::{Deserialize, Serialize};

use super::{Bucket, FlagActor, FlagDefinition, Percentage};
use crate::domain::keyed::keyed_enum;

/// The gates of a flag in an environment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gates {
    /// The boolean gate; `None` when no gate is set, so that the default applies.
    pub boolean: Option<bool>,
    /// Sorted, like the lists below.
    pub actors: Vec<FlagActor>,
    /// Opted-out actors: closed for them, whatever else is open.
    pub opted_out: Vec<FlagActor>,
    /// Names of the feature groups it is open for.
    pub groups: Vec<String>,
    pub percentage_of_actors: Percentage,
    /// Deprecated: the answer changes from one evaluation to the next.
    pub percentage_of_time: Percentage,
}

keyed_enum! {
    /// How far a flag is open, in GitLab's terms.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    pub enum State: serde {
        Off = "off",
        Conditional = "conditional",
        On = "on",
    }
}

impl State {
    /// The label on a page.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Off => "Off",
            Self::Conditional => "Partly",
            Self::On => "On",
        }
    }
}

/// A summary of a flag's gates, without the actors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Glance {
    pub boolean: Option<bool>,
    pub percentage_of_actors: Percentage,
    pub percentage_of_time: Percentage,
    /// Whether there are actor or feature group gates.
    pub opens_for_somebody: bool,
    /// Whether anybody is opted out.
    pub opts_somebody_out: bool,
}

impl Glance {
    /// The state as GitLab reports it, where an opt-out alone makes a flag conditional. `default` is the
    /// flag's default, which applies while no gate is set.
    pub fn state(self, default: bool) -> State {
        self.state_if(default, self.is_conditional())
    }

    /// The state without regard to opt-outs, which open a flag for nobody.
    pub fn openness(self, default: bool) -> State {
        self.state_if(default, self.opens_for_some())
    }

    fn state_if(self, default: bool, conditional: bool) -> State {
        let all_the_time = self.percentage_of_time == Percentage::ALL;
        match self.boolean {
            None if default => State::On,
            Some(on) if on || all_the_time => State::On,
            Some(_) if conditional => State::Conditional,
            None | Some(_) => State::Off,
        }
    }

    const fn is_conditional(self) -> bool {
        self.opts_somebody_out || self.opens_for_some()
    }

    const fn opens_for_some(self) -> bool {
        self.opens_for_somebody || !self.percentage_of_actors.is_zero() || !self.percentage_of_time.is_zero()
    }
}

/// The gate that decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Gate {
    /// No gate is set.
    Default,
    /// Off: one of the actors is opted out.
    OptOut,
    /// On for everyone.
    Boolean,
    /// On for one of the actors.
    Actor,
    /// One of the actors falls within the percentage.
    PercentageOfActors,
    /// The random draw fell within the percentage.
    PercentageOfTime,
    /// One of the actors is in an enabled feature group.
    FeatureGroup,
    /// Gates are set, but none is open.
    Closed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Evaluation {
    pub on: bool,
    pub gate: Gate,
}

/// What a flag is evaluated for.
#[derive(Clone, Copy, Debug)]
pub struct EvaluationContext<'a> {
    pub actors: &'a [FlagActor],
    /// The feature groups that any of the actors is in.
    pub groups: &'a [String],
    /// The random draw for the percentage of time; `None` never falls within it.
    pub dice: Option<Bucket>,
}

impl<'a> EvaluationContext<'a> {
    /// For actors without feature groups.
    pub const fn about(actors: &'a [FlagActor]) -> Self {
        Self { actors, groups: &[], dice: None }
    }
}

/// A change of a flag's gates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GateChange {
    Boolean(bool),
    Actor(FlagActor, bool),
    FeatureGroup(String, bool),
    OptOut(FlagActor, bool),
    PercentageOfActors(Percentage),
    PercentageOfTime(Percentage),
}

/// Why a change conflicts with the current gates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GateError {
    /// Opening the flag for an opted-out actor.
    OptedOut(FlagActor),
    /// Removing an opt-out that does not exist.
    NotOptedOut(FlagActor),
    /// Setting a percentage, of actors or else of time, on a flag that is on for everyone.
    FullyOn { of_actors: bool },
}

impl Gates {
    /// Whether any gate is set, which overrides the default, as in GitLab.
    pub const fn is_set(&self) -> bool {
        self.boolean.is_some()
    }

    /// Evaluates the flag for the actors: on if any gate is open for any of them, unless one of them is opted
    /// out.
    pub fn evaluate(&self, flag: &FlagDefinition, asked: &EvaluationContext<'_>) -> Evaluation {
        let any = |list: &[FlagActor]| asked.actors.iter().any(|actor| list.binary_search(actor).is_ok());
        let within = || {
            let holds = |actor: &FlagActor| self.percentage_of_actors.holds(Bucket::of(&flag.name, *actor));
            !self.percentage_of_actors.is_zero() && asked.actors.iter().any(holds)
        };
        let open = |gate| Evaluation { on: true, gate };
        match self.boolean {
            None => Evaluation { on: flag.default_enabled, gate: Gate::Default },
            Some(_) if any(&self.opted_out) => Evaluation { on: false, gate: Gate::OptOut },
            Some(true) => open(Gate::Boolean),
            Some(false) if any(&self.actors) => open(Gate::Actor),
            Some(false) if within() => open(Gate::PercentageOfActors),
            Some(false) if asked.dice.is_some_and(|dice| self.percentage_of_time.holds(dice)) => {
                open(Gate::PercentageOfTime)
            }
            Some(false) if asked.groups.iter().any(|group| self.groups.binary_search(group).is_ok()) => {
                open(Gate::FeatureGroup)
            }
            Some(false) => Evaluation { on: false, gate: Gate::Closed },
        }
    }

    /// The state as GitLab reports it; `default` applies while no gate is set.
    pub fn state(&self, default: bool) -> State {
        self.glance().state(default)
    }

    /// Whether any gate but the boolean is set.
    pub fn is_conditional(&self) -> bool {
        self.glance().is_conditional()
    }

    /// The summary without the actors.
    pub const fn glance(&self) -> Glance {
        Glance {
            boolean: self.boolean,
            percentage_of_actors: self.percentage_of_actors,
            percentage_of_time: self.percentage_of_time,
            opens_for_somebody: !(self.actors.is_empty() && self.groups.is_empty()),
            opts_somebody_out: !self.opted_out.is_empty(),
        }
    }

    /// The gates after a change. As in GitLab, setting the boolean clears every other gate; removing the last
    /// gate leaves the flag off.
    pub fn apply(mut self, change: &GateChange) -> Result<Self, GateError> {
        let fully_on = self.state(false) == State::On;
        self.boolean.get_or_insert(false);
        match change {
            GateChange::Boolean(on) => return Ok(Self { boolean: Some(*on), ..Self::default() }),
            GateChange::Actor(actor, true) if self.opted_out.binary_search(actor).is_ok() => {
                return Err(GateError::OptedOut(*actor));
            }
            GateChange::Actor(actor, on) => put(&mut self.actors, actor, *on),
            GateChange::FeatureGroup(group, on) => put(&mut self.groups, group, *on),
            GateChange::OptOut(actor, false) if self.opted_out.binary_search(actor).is_err() => {
                return Err(GateError::NotOptedOut(*actor));
            }
            GateChange::OptOut(actor, on) => put(&mut self.opted_out, actor, *on),
            GateChange::PercentageOfActors(_) if fully_on => {
                return Err(GateError::FullyOn { of_actors: true });
            }
            GateChange::PercentageOfTime(_) if fully_on => {
                return Err(GateError::FullyOn { of_actors: false });
            }
            GateChange::PercentageOfActors(percentage) => self.percentage_of_actors = *percentage,
            GateChange::PercentageOfTime(percentage) => self.percentage_of_time = *percentage,
        }
        Ok(self)
    }
}

/// Inserts `it` into the sorted list, or removes it.
fn put<T: Ord + Clone>(list: &mut Vec<T>, it: &T, inside: bool) {
    match (list.binary_search(it), inside) {
        (Err(at), true) => list.insert(at, it.clone()),
        (Ok(at), false) => drop(list.remove(at)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{
        flags::FlagType,
        ids::{NamespaceId, UserId},
    };

    const ANN: FlagActor = FlagActor::User(UserId(1));
    const BOB: FlagActor = FlagActor::User(UserId(2));
    const EVE: FlagActor = FlagActor::User(UserId(3));
    const ACME: FlagActor = FlagActor::Group(NamespaceId(1));
    const WEBSITE: FlagActor = FlagActor::Project(NamespaceId(1));

    fn flag(default_enabled: bool) -> FlagDefinition {
        FlagDefinition::new("mr_ai_resolve_conflicts", FlagType::Beta, default_enabled)
    }

    fn percent(text: &str) -> Percentage {
        Percentage::parse(text).expect("a percentage")
    }

    /// Off, with the gates that `and` opens.
    fn off(and: impl FnOnce(&mut Gates)) -> Gates {
        let mut gates = Gates { boolean: Some(false), ..Gates::default() };
        and(&mut gates);
        gates
    }

    fn ask(gates: &Gates, default: bool, actors: &[FlagActor]) -> Evaluation {
        let groups = [String::from("testers")];
        let dice = Some(Bucket::from_random(50_000_u32.to_be_bytes()));
        gates.evaluate(&flag(default), &EvaluationContext { actors, groups: &groups, dice })
    }

    #[test]
    fn the_truth_table_of_the_gates() {
        let on = Gates { boolean: Some(true), ..Gates::default() };
        let nothing = Gates::default();
        // Evaluated for Ann, with acme. The lower of their buckets is 45,432.
        let table = [
            (nothing.clone(), false, false, Gate::Default),
            (nothing, true, true, Gate::Default),
            (on.clone(), false, true, Gate::Boolean),
            (off(|_| ()), false, false, Gate::Closed),
            // Any gate overrides the default.
            (off(|_| ()), true, false, Gate::Closed),
            (off(|it| it.actors = vec![BOB]), true, false, Gate::Closed),
            (off(|it| it.opted_out = vec![BOB]), true, false, Gate::Closed),
            (off(|it| it.actors = vec![ANN]), false, true, Gate::Actor),
            (off(|it| it.actors = vec![ANN, BOB]), false, true, Gate::Actor),
            (off(|it| it.actors = vec![ACME]), false, true, Gate::Actor),
            (off(|it| it.actors = vec![WEBSITE]), false, false, Gate::Closed),
            (off(|it| it.percentage_of_actors = percent("100")), false, true, Gate::PercentageOfActors),
            (off(|it| it.percentage_of_actors = percent("23.81")), false, true, Gate::PercentageOfActors),
            (off(|it| it.percentage_of_actors = percent("23.80")), false, false, Gate::Closed),
            (off(|it| it.percentage_of_time = percent("50.01")), false, true, Gate::PercentageOfTime),
            (off(|it| it.percentage_of_time = percent("50")), false, false, Gate::Closed),
            (off(|it| it.groups = vec!["staff".into(), "testers".into()]), false, true, Gate::FeatureGroup),
            (off(|it| it.groups = vec!["staff".into()]), false, false, Gate::Closed),
            // An opt-out outranks every gate.
            (Gates { opted_out: vec![ANN], ..on.clone() }, true, false, Gate::OptOut),
            (Gates { opted_out: vec![ACME], ..on.clone() }, true, false, Gate::OptOut),
            (Gates { opted_out: vec![BOB], ..on }, false, true, Gate::Boolean),
            (
                off(|it| {
                    it.percentage_of_actors = percent("100");
                    it.opted_out = vec![ANN];
                }),
                false,
                false,
                Gate::OptOut,
            ),
        ];
        for (gates, default, on, gate) in table {
            assert_eq!(ask(&gates, default, &[ANN, ACME]), Evaluation { on, gate }, "{gates:?} {default}");
        }
    }

    #[test]
    fn a_roll_out_takes_in_whom_the_vectors_say() {
        for (percentage, within) in [("8.65", 0), ("10", 1), ("25", 2)] {
            let gates = off(|it| it.percentage_of_actors = percent(percentage));
            let found = [EVE, BOB].iter().filter(|actor| ask(&gates, false, &[**actor]).on);
            assert_eq!(found.count(), within, "{percentage}");
        }
    }

    #[test]
    fn nobody_in_particular_is_in_no_percentage_of_actors() {
        let gates = off(|it| it.percentage_of_actors = Percentage::ALL);
        assert_eq!(
            gates.evaluate(&flag(true), &EvaluationContext::about(&[])),
            Evaluation { on: false, gate: Gate::Closed }
        );
    }

    #[test]
    fn a_user_a_group_and_a_project_of_the_same_number_are_not_confused() {
        let gates = off(|it| it.actors = vec![ANN]);
        assert!(gates.evaluate(&flag(false), &EvaluationContext::about(&[ANN])).on);
        assert!(!gates.evaluate(&flag(false), &EvaluationContext::about(&[ACME])).on);
        assert!(!gates.evaluate(&flag(false), &EvaluationContext::about(&[WEBSITE])).on);
    }

    #[test]
    fn the_state_is_gitlabs() {
        for (gates, default, state) in [
            (Gates::default(), false, State::Off),
            (Gates::default(), true, State::On),
            (off(|_| ()), true, State::Off),
            (Gates { boolean: Some(true), opted_out: vec![ANN], ..Gates::default() }, false, State::On),
            (off(|it| it.opted_out = vec![ANN]), false, State::Conditional),
            (off(|it| it.groups = vec!["staff".into()]), false, State::Conditional),
            (off(|it| it.percentage_of_actors = Percentage::ALL), false, State::Conditional),
            (off(|it| it.percentage_of_time = percent("99.99")), false, State::Conditional),
            (off(|it| it.percentage_of_time = Percentage::ALL), false, State::On),
        ] {
            assert_eq!(gates.state(default), state, "{gates:?}");
        }
    }

    #[test]
    fn opting_somebody_out_opens_it_to_nobody() {
        let out = |boolean| Gates { boolean, opted_out: vec![ANN], ..Gates::default() };
        for (gates, openness) in [
            (out(Some(false)), State::Off),
            (out(Some(true)), State::On),
            (Gates { actors: vec![BOB], ..out(Some(false)) }, State::Conditional),
            (Gates { percentage_of_actors: percent("0.01"), ..out(Some(false)) }, State::Conditional),
        ] {
            assert_eq!(gates.glance().openness(false), openness, "{gates:?}");
        }
        assert_eq!(Gates::default().glance().openness(true), State::On);
    }

    #[test]
    fn changes_do_what_gitlab_does() {
        let after = |changes: &[GateChange]| changes.iter().try_fold(Gates::default(), Gates::apply);
        let ann = GateChange::Actor(ANN, true);
        assert_eq!(
            after(&[GateChange::Actor(BOB, true), ann.clone(), ann.clone()]),
            Ok(off(|it| it.actors = vec![ANN, BOB]))
        );
        assert_eq!(after(&[ann.clone(), GateChange::Actor(ANN, false)]), Ok(off(|_| ())));
        let staff = |on| GateChange::FeatureGroup(String::from("staff"), on);
        assert_eq!(
            after(&[staff(true), ann.clone()]),
            Ok(off(|it| {
                it.groups = vec!["staff".into()];
                it.actors = vec![ANN];
            }))
        );
        assert_eq!(after(&[staff(true), staff(false)]), Ok(off(|_| ())));
        let all = [
            ann.clone(),
            staff(true),
            GateChange::OptOut(BOB, true),
            GateChange::PercentageOfActors(percent("0.01")),
            GateChange::PercentageOfTime(percent("5")),
        ];
        assert!(after(&all).is_ok_and(|gates| gates.is_conditional()));
        for on in [true, false] {
            let wiped = after(&all).expect("they fit").apply(&GateChange::Boolean(on));
            assert_eq!(
                wiped,
                Ok(Gates { boolean: Some(on), ..Gates::default() }),
                "a boolean wipes the rest"
            );
        }
    }

    #[test]
    fn the_gates_are_said_in_a_sentence() {
        let said = |gates: Gates, default: bool| gates.summary(default);
        assert_eq!(said(Gates::default(), true), "Nothing is set: on by default.");
        assert_eq!(said(Gates { boolean: Some(true), ..Gates::default() }, false), "On for everyone.");
        assert_eq!(said(off(|_| ()), true), "Off for everyone.");
        assert_eq!(said(off(|it| it.opted_out = vec![ANN]), true), "Off for everyone, 1 opted out.");
        let much = off(|it| {
            it.actors = vec![ANN, BOB];
            it.groups = vec!["staff".into()];
            it.percentage_of_actors = percent("0.5");
            it.opted_out = vec![EVE];
        });
        let sentence = "On for 2 actors, 1 feature group and 0.5 % of actors, 1 opted out.";
        assert_eq!(said(much, false), sentence);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let on = Gates { boolean: Some(true), ..Gates::default() };
        let half = percent("50");
        for (gates, change, error) in [
            (Gates::default(), GateChange::OptOut(ANN, false), GateError::NotOptedOut(ANN)),
            (off(|it| it.opted_out = vec![ANN]), GateChange::Actor(ANN, true), GateError::OptedOut(ANN)),
            (on.clone(), GateChange::PercentageOfActors(half), GateError::FullyOn { of_actors: true }),
            (on, GateChange::PercentageOfTime(half), GateError::FullyOn { of_actors: false }),
        ] {
            assert_eq!(gates.apply(&change), Err(error), "{change:?}");
        }
    }

    proptest! {
        #[test]
        fn raising_a_percentage_never_removes_an_actor(
            flag_name in "[a-z_]{1,40}",
            id in 1..1_000_000_i64,
            low in 0..=10_000_i64,
            more in 0..=10_000_i64,
        ) {
            let flag = FlagDefinition::new(&flag_name, FlagType::Beta, false);
            let high = (low + more).min(10_000);
            let asked = [FlagActor::User(UserId(id))];
            let on = |hundredths| {
                let percentage = Percentage::from_hundredths(hundredths).expect("within");
                off(|it| it.percentage_of_actors = percentage).evaluate(&flag, &EvaluationContext::about(&asked)).on
            };
            prop_assert!(!on(low) || on(high));
            prop_assert!(on(10_000));
            prop_assert!(!on(0));
        }

        #[test]
        fn an_actor_put_in_is_in_and_one_taken_out_is_out(ids in proptest::collection::vec(1..50_i64, 0..40)) {
            let mut gates = Gates::default();
            for id in &ids {
                let actor = FlagActor::User(UserId(*id));
                let inside = gates.actors.contains(&actor);
                gates = gates.apply(&GateChange::Actor(actor, !inside)).expect("it fits");
                prop_assert_eq!(gates.evaluate(&flag(false), &EvaluationContext::about(&[actor])).on, !inside);
                prop_assert!(gates.actors.is_sorted());
            }
        }
    }
}
