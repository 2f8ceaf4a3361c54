//! Warnings about surprising behaviour of GitLab's flags. They do not prevent a change.

use super::{FlagDefinition, GateChange, Gates, State};
use crate::domain::keyed::keyed_enum;

keyed_enum! {
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    pub enum Warning {
        /// Setting the boolean cleared other gates.
        GatesWiped = "gates_wiped",
        /// The flag is on by default, and a gate now overrides that.
        DefaultOverridden = "default_overridden",
        /// A percentage of time is set.
        PercentageOfTime = "percentage_of_time",
        /// Actors of different kinds are set.
        MixedActors = "mixed_actors",
        /// The flag has no definition.
        Undefined = "undefined",
    }
}

impl Warning {
    /// The warnings for `changes`, which lead from `before` to `after`. Pass no changes where all gates are
    /// set at once.
    pub fn about(
        definition: Option<&FlagDefinition>,
        changes: &[GateChange],
        before: &Gates,
        after: &Gates,
    ) -> Vec<Self> {
        let to_boolean = |change: &GateChange| matches!(change, GateChange::Boolean(_));
        let whole = changes.is_empty() || changes.iter().any(to_boolean);
        let default = definition.is_some_and(|it| it.default_enabled);
        let mut kinds: Vec<_> = after.actors.iter().map(|it| it.kind()).collect();
        kinds.dedup();
        [
            (Self::GatesWiped, whole && lost(before, after)),
            (Self::DefaultOverridden, default && after.is_set() && after.state(default) != State::On),
            (Self::PercentageOfTime, !after.percentage_of_time.is_zero()),
            (Self::MixedActors, kinds.len() > 1),
            (Self::Undefined, definition.is_none()),
        ]
        .into_iter()
        .filter_map(|(warning, holds)| holds.then_some(warning))
        .collect()
    }

    /// The text for people, after the change.
    pub const fn text(self) -> &'static str {
        match self {
            Self::GatesWiped => "This took away actors, groups, percentages or opt-outs that were set.",
            Self::DefaultOverridden => {
                "This flag is on by default. Now that a gate is set the default no longer counts: the flag is off for everyone it is not opened for. Delete it to go back to the default."
            }
            Self::PercentageOfTime => {
                "A percentage of time is deprecated: the answer flips from one question to the next. Use percentage_of_actors."
            }
            Self::MixedActors => {
                "The flag is set for actors of different kinds. The code that asks it may ask for one kind only."
            }
            Self::Undefined => "No definition says what this flag is for. Perhaps nothing asks for it.",
        }
    }
}

impl Warning {
    /// The text for people, before the change.
    pub const fn before(self) -> &'static str {
        match self {
            Self::GatesWiped => "This takes away actors, groups, percentages or opt-outs that are set.",
            Self::DefaultOverridden => {
                "This flag is on by default. Once any gate is set the default no longer counts: the flag is off for everyone it is not opened for."
            }
            Self::PercentageOfTime => {
                "A percentage of time is deprecated: the answer flips from one question to the next. Use a percentage of actors."
            }
            Self::MixedActors => {
                "The flag would be set for actors of different kinds. The code that asks it may ask for one kind only."
            }
            Self::Undefined => "No definition says what this flag is for. Perhaps nothing asks for it.",
        }
    }
}

/// Whether a gate of `before` is missing in `after`.
fn lost(before: &Gates, after: &Gates) -> bool {
    let percentages = |gates: &Gates| [gates.percentage_of_actors, gates.percentage_of_time];
    before.actors.iter().any(|it| after.actors.binary_search(it).is_err())
        || before.opted_out.iter().any(|it| after.opted_out.binary_search(it).is_err())
        || before.groups.iter().any(|it| after.groups.binary_search(it).is_err())
        || percentages(before)
            .iter()
            .zip(percentages(after))
            .any(|(old, new)| !old.is_zero() && new.is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        flags::{FlagActor, FlagType, Percentage},
        ids::{NamespaceId, UserId},
    };

    const ANN: GateChange = GateChange::Actor(FlagActor::User(UserId(1)), true);
    const ACME: GateChange = GateChange::Actor(FlagActor::Group(NamespaceId(1)), true);

    fn warnings(default: bool, before: &[GateChange], changes: &[GateChange]) -> Vec<Warning> {
        let definition = FlagDefinition::new("a_flag", FlagType::Beta, default);
        let before = before.iter().try_fold(Gates::default(), Gates::apply).expect("it fits");
        let after = changes.iter().try_fold(before.clone(), Gates::apply).expect("it fits");
        Warning::about(Some(&definition), changes, &before, &after)
    }

    #[test]
    fn each_trap_is_warned_of_and_nothing_else() {
        let on = GateChange::Boolean(true);
        assert_eq!(warnings(false, &[], &[ANN]), []);
        assert_eq!(warnings(false, &[], std::slice::from_ref(&on)), []);
        assert_eq!(warnings(false, std::slice::from_ref(&on), &[GateChange::Boolean(false)]), []);
        assert_eq!(warnings(false, &[ANN], std::slice::from_ref(&on)), [Warning::GatesWiped]);
        assert_eq!(warnings(true, &[], &[ANN]), [Warning::DefaultOverridden]);
        assert_eq!(warnings(true, &[], &[on]), []);
        assert_eq!(warnings(false, &[], &[ANN, ACME]), [Warning::MixedActors]);
        let half = GateChange::PercentageOfTime(Percentage::parse("50").expect("a percentage"));
        assert_eq!(warnings(false, &[], std::slice::from_ref(&half)), [Warning::PercentageOfTime]);
        let some = [ANN, ACME].iter().try_fold(Gates::default(), Gates::apply).expect("it fits");
        let ann = Gates::default().apply(&ANN).expect("it fits");
        let definition = FlagDefinition::new("a_flag", FlagType::Beta, false);
        let nothing = Gates::default();
        let exactly = |before, after| Warning::about(Some(&definition), &[], before, after);
        assert_eq!(exactly(&some, &ann), [Warning::GatesWiped]);
        assert_eq!(exactly(&ann, &nothing), [Warning::GatesWiped]);
        assert_eq!(exactly(&nothing, &ann), []);
        assert_eq!(exactly(&ann, &some), [Warning::MixedActors]);
        assert_eq!(Warning::about(None, &[], &nothing, &nothing), [Warning::Undefined]);
    }
}
