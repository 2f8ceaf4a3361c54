//! The values and targets of a flag change, shared by pages, API, chat and command line, which differ only in
//! how they parse them and report errors.

use std::{fmt, str::FromStr};

use super::Percentage;

/// The value to set a flag to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlagValue {
    /// On or off, for the targets, or for everyone without any.
    Boolean(bool),
    /// Opts the targets out, or removes their opt-outs.
    OptOut(bool),
    PercentageOfActors(Percentage),
    PercentageOfTime(Percentage),
}

/// What a percentage is taken of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PercentageOf {
    Actors,
    /// Deprecated: the answer changes from one evaluation to the next.
    Time,
}

impl PercentageOf {
    pub const ALL: [Self; 2] = [Self::Actors, Self::Time];

    /// GitLab's key of the gate, used in requests.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Actors => "percentage_of_actors",
            Self::Time => "percentage_of_time",
        }
    }

    /// `None` when `key` is not a gate with a percentage.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.key() == key)
    }

    /// The word after `25 % of`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Actors => "actors",
            Self::Time => "time",
        }
    }
}

/// A value as written: `true`, `false`, `opt_out`, `remove_opt_out`, or a percentage, which needs a separate
/// [`PercentageOf`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrittenValue {
    Boolean(bool),
    OptOut(bool),
    Percentage(Percentage),
}

/// The text is not a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "Valid values are: true, false, opt_out, remove_opt_out, or a number from 0 to 100 with at most two decimals."
)]
pub struct UnknownValue;

/// Why a value and a [`PercentageOf`] do not go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueError {
    /// A percentage without a [`PercentageOf`].
    OfWhat,
    /// A [`PercentageOf`] without a percentage.
    NoPercentage,
}

impl WrittenValue {
    /// Combines the value with the [`PercentageOf`] that was given.
    ///
    /// # Errors
    /// A percentage needs one, and other values must not have one.
    pub const fn of(self, of: Option<PercentageOf>) -> Result<FlagValue, ValueError> {
        match (self, of) {
            (Self::Boolean(on), None) => Ok(FlagValue::Boolean(on)),
            (Self::OptOut(out), None) => Ok(FlagValue::OptOut(out)),
            (Self::Percentage(it), Some(PercentageOf::Actors)) => Ok(FlagValue::PercentageOfActors(it)),
            (Self::Percentage(it), Some(PercentageOf::Time)) => Ok(FlagValue::PercentageOfTime(it)),
            (Self::Percentage(_), None) => Err(ValueError::OfWhat),
            (_, Some(_)) => Err(ValueError::NoPercentage),
        }
    }
}

impl FromStr for WrittenValue {
    type Err = UnknownValue;

    fn from_str(text: &str) -> Result<Self, UnknownValue> {
        Ok(match text {
            "true" => Self::Boolean(true),
            "false" => Self::Boolean(false),
            "opt_out" => Self::OptOut(true),
            "remove_opt_out" => Self::OptOut(false),
            number => Self::Percentage(Percentage::parse(number).map_err(|_| UnknownValue)?),
        })
    }
}

/// The inverse of [`WrittenValue::from_str`].
impl fmt::Display for WrittenValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean(on) => write!(f, "{on}"),
            Self::OptOut(true) => f.write_str("opt_out"),
            Self::OptOut(false) => f.write_str("remove_opt_out"),
            Self::Percentage(percentage) => percentage.fmt(f),
        }
    }
}

/// The targets of a flag change, by name; everyone when empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Targets {
    pub users: Vec<String>,
    pub groups: Vec<String>,
    pub projects: Vec<String>,
    pub feature_groups: Vec<String>,
}

impl Targets {
    pub fn is_empty(&self) -> bool {
        let Self { users, groups, projects, feature_groups } = self;
        [users, groups, projects, feature_groups].iter().all(|names| names.is_empty())
    }

    /// The names in a comma-separated list. `None` when there are none, as an empty target would mean
    /// everyone.
    pub fn names_in(text: &str) -> Option<Vec<String>> {
        let names: Vec<_> =
            text.split(',').map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned).collect();
        (!names.is_empty()).then_some(names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::flags::{Target, TargetKind};

    #[test]
    fn a_value_reads_back_as_it_is_written() {
        for text in ["true", "false", "opt_out", "remove_opt_out", "0", "0.05", "25", "100"] {
            let value: WrittenValue = text.parse().expect(text);
            assert_eq!(value.to_string(), text);
        }
        for nonsense in ["", "True", "on", "opt-out", "101", "1,5", " 25", "25 %", "percentage_of_actors"] {
            assert_eq!(nonsense.parse::<WrittenValue>(), Err(UnknownValue), "{nonsense}");
        }
    }

    #[test]
    fn a_percentage_is_one_of_something_and_nothing_else_is() {
        let value = |text: &str, of| text.parse::<WrittenValue>().expect(text).of(of);
        let half = Percentage::parse("50").expect("a percentage");
        let (actors, time) = (Some(PercentageOf::Actors), Some(PercentageOf::Time));
        for (text, of, expected) in [
            ("true", None, Ok(FlagValue::Boolean(true))),
            ("opt_out", None, Ok(FlagValue::OptOut(true))),
            ("50", actors, Ok(FlagValue::PercentageOfActors(half))),
            ("50", time, Ok(FlagValue::PercentageOfTime(half))),
            ("50", None, Err(ValueError::OfWhat)),
            ("false", actors, Err(ValueError::NoPercentage)),
            ("remove_opt_out", time, Err(ValueError::NoPercentage)),
        ] {
            assert_eq!(value(text, of), expected, "{text} {of:?}");
        }
        for of in PercentageOf::ALL {
            assert_eq!(PercentageOf::from_key(of.key()), Some(of));
        }
        assert_eq!(PercentageOf::from_key("actors"), None);
    }

    #[test]
    fn a_list_that_names_nobody_is_none() {
        let names = |names: &[&str]| Some(names.iter().map(|&it| it.to_owned()).collect::<Vec<_>>());
        assert_eq!(Targets::names_in("ann, bob,,"), names(&["ann", "bob"]));
        for nobody in ["", " ", ",", " , ,"] {
            assert_eq!(Targets::names_in(nobody), None);
        }
    }

    #[test]
    fn a_target_is_named_in_its_own_list() {
        for (kind, at) in [
            (TargetKind::User, 0),
            (TargetKind::Group, 1),
            (TargetKind::Project, 2),
            (TargetKind::FeatureGroup, 3),
        ] {
            let target = Target { kind, name: String::from("acme") };
            let Targets { users, groups, projects, feature_groups } = Targets::from(&target);
            let lists = [users, groups, projects, feature_groups];
            for (nth, list) in lists.iter().enumerate() {
                assert_eq!(list.len(), usize::from(nth == at), "{kind:?}");
            }
        }
        assert!(Targets::default().is_empty());
    }
}
