//! A change of a flag as requested on a page: as text in a URL or form, and in words. It concerns everyone or
//! one target, or sets all gates at once.

use super::{FlagActor, FlagValue, Percentage, Targets};
use crate::domain::{ids::AuditEventId, keyed::keyed_enum};

/// A change requested on a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    Everyone(bool),
    /// Clears every gate, so that the default applies.
    Forget,
    /// Opens the flag for a target, or removes that gate.
    Open(Target, bool),
    /// Opts a target out, or removes the opt-out.
    OptOut(Target, bool),
    PercentageOfActors(Percentage),
    PercentageOfTime(Percentage),
    /// Restores every gate as of an event in the history.
    Restore(AuditEventId),
}

/// What a gate names: `user ann`, `project acme/website`, `feature_group staff`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub kind: TargetKind,
    pub name: String,
}

keyed_enum! {
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum TargetKind {
        User = "user",
        Group = "group",
        Project = "project",
        FeatureGroup = "feature_group",
    }
}

impl TargetKind {
    /// The kinds that are actors.
    pub const ACTORS: [Self; 3] = [Self::User, Self::Group, Self::Project];

    /// The label on a page.
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Group => "group",
            Self::Project => "project",
            Self::FeatureGroup => "feature group",
        }
    }

    pub const fn of(actor: FlagActor) -> Self {
        match actor {
            FlagActor::User(_) => Self::User,
            FlagActor::Group(_) => Self::Group,
            FlagActor::Project(_) => Self::Project,
        }
    }
}

/// Why an edit is invalid: the form field at fault, and what is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EditError {
    pub field: &'static str,
    pub message: &'static str,
}

impl EditError {
    const NOT_UNDERSTOOD: Self =
        Self { field: "change", message: "The form was not understood. Reload the page and try again." };
}

impl Edit {
    /// From form fields. `change` is a whole edit, or a verb that `kind` and `name`, or `percentage`,
    /// complete. `None` when `change` is empty.
    pub fn read<'a>(field: impl Fn(&str) -> &'a str) -> Option<Result<Self, EditError>> {
        let change = field("change").trim();
        let text = match change {
            "" => return None,
            "open" | "close" | "opt_out" | "opt_in" => {
                format!("{change} {} {}", field("kind").trim(), field("name").trim())
            }
            "actors" | "time" => format!("{change} {}", field("percentage").trim()),
            whole => whole.to_owned(),
        };
        Some(Self::parse(&text))
    }

    /// Parses what [`Edit::to_string`] writes.
    pub fn parse(text: &str) -> Result<Self, EditError> {
        let unknown = EditError::NOT_UNDERSTOOD;
        let (verb, rest) = text.split_once(' ').unwrap_or((text, ""));
        let target = || {
            let (kind, name) = rest.split_once(' ').unwrap_or((rest, ""));
            Target::read(kind, name)
        };
        let percentage = || {
            let message = "Write a number from 0 to 100 with at most two decimals.";
            Percentage::parse(rest).map_err(|_| EditError { field: "percentage", message })
        };
        match (verb, rest) {
            ("on", "") => Ok(Self::Everyone(true)),
            ("off", "") => Ok(Self::Everyone(false)),
            ("forget", "") => Ok(Self::Forget),
            ("open", _) => Ok(Self::Open(target()?, true)),
            ("close", _) => Ok(Self::Open(target()?, false)),
            ("opt_out", _) => Ok(Self::OptOut(target()?, true)),
            ("opt_in", _) => Ok(Self::OptOut(target()?, false)),
            ("actors", _) => Ok(Self::PercentageOfActors(percentage()?)),
            ("time", _) => Ok(Self::PercentageOfTime(percentage()?)),
            ("restore", id) => id.parse().map(|id| Self::Restore(AuditEventId(id))).map_err(|_| unknown),
            _ => Err(unknown),
        }
    }

    /// The value and its targets; `None` for an edit that sets all gates at once.
    pub fn setting(&self) -> Option<(FlagValue, Targets)> {
        let nobody = Targets::default;
        Some(match self {
            Self::Forget | Self::Restore(_) => return None,
            Self::Everyone(on) => (FlagValue::Boolean(*on), nobody()),
            Self::Open(target, on) => (FlagValue::Boolean(*on), target.into()),
            Self::OptOut(target, out) => (FlagValue::OptOut(*out), target.into()),
            Self::PercentageOfActors(percentage) => (FlagValue::PercentageOfActors(*percentage), nobody()),
            Self::PercentageOfTime(percentage) => (FlagValue::PercentageOfTime(*percentage), nobody()),
        })
    }

    /// The label of its button.
    pub fn title(&self) -> String {
        match self {
            Self::Everyone(true) => String::from("Turn on for everyone"),
            Self::Everyone(false) => String::from("Turn off for everyone"),
            Self::Forget => String::from("Go back to the default"),
            Self::Open(target, true) => format!("Open for {}", target.words()),
            Self::Open(target, false) => format!("Remove {}", target.words()),
            Self::OptOut(target, true) => format!("Opt out {}", target.words()),
            Self::OptOut(target, false) => format!("End the opt-out of {}", target.words()),
            Self::PercentageOfActors(percentage) => format!("Set {percentage} % of actors"),
            Self::PercentageOfTime(percentage) => format!("Set {percentage} % of the time"),
            Self::Restore(event) => format!("Restore what event {event} set"),
        }
    }
}

/// The text in URLs and forms.
impl std::fmt::Display for Edit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Everyone(on) => f.write_str(if *on { "on" } else { "off" }),
            Self::Forget => f.write_str("forget"),
            Self::Open(target, on) => write!(f, "{} {target}", if *on { "open" } else { "close" }),
            Self::OptOut(target, out) => write!(f, "{} {target}", if *out { "opt_out" } else { "opt_in" }),
            Self::PercentageOfActors(percentage) => write!(f, "actors {percentage}"),
            Self::PercentageOfTime(percentage) => write!(f, "time {percentage}"),
            Self::Restore(event) => write!(f, "restore {event}"),
        }
    }
}

impl Target {
    /// From form fields. A leading `@` in a name is ignored.
    pub fn read(kind: &str, name: &str) -> Result<Self, EditError> {
        let kind = TargetKind::from_key(kind.trim()).ok_or(EditError::NOT_UNDERSTOOD)?;
        let name = name.trim().trim_start_matches('@');
        if name.is_empty() {
            let message = "Say who: a user name, or the path of a group or a project.";
            return Err(EditError { field: "name", message });
        }
        Ok(Self { kind, name: name.to_owned() })
    }

    /// `user ann`, `feature group staff`.
    pub fn words(&self) -> String {
        format!("{} {}", self.kind.name(), self.name)
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.kind.key(), self.name)
    }
}

impl From<&Target> for Targets {
    fn from(target: &Target) -> Self {
        let name = vec![target.name.clone()];
        match target.kind {
            TargetKind::User => Self { users: name, ..Self::default() },
            TargetKind::Group => Self { groups: name, ..Self::default() },
            TargetKind::Project => Self { projects: name, ..Self::default() },
            TargetKind::FeatureGroup => Self { feature_groups: name, ..Self::default() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_read_back_as_they_are_written() {
        for text in [
            "on",
            "off",
            "forget",
            "open user ann",
            "close group acme/platform",
            "opt_out project acme/website",
            "opt_in user ann",
            "open feature_group staff",
            "actors 0.05",
            "time 100",
            "restore 7",
        ] {
            let edit = Edit::parse(text).expect(text);
            assert_eq!(edit.to_string(), text);
            assert!(!edit.title().is_empty());
        }
    }

    #[test]
    fn a_form_says_the_parts_apart() {
        let read = |fields: &[(&'static str, &'static str)]| {
            Edit::read(|name| fields.iter().find(|it| it.0 == name).map_or("", |it| it.1))
        };
        let ann = Target { kind: TargetKind::User, name: "ann".into() };
        assert_eq!(
            read(&[("change", "open"), ("kind", "user"), ("name", " @ann ")]),
            Some(Ok(Edit::Open(ann, true)))
        );
        assert_eq!(read(&[("change", "on"), ("name", "ann")]), Some(Ok(Edit::Everyone(true))));
        assert_eq!(read(&[("name", "ann")]), None);
        let wrong = |fields: &[(&'static str, &'static str)]| {
            read(fields).expect("it asks for something").expect_err("it is wrong").field
        };
        assert_eq!(wrong(&[("change", "open"), ("kind", "user")]), "name");
        assert_eq!(wrong(&[("change", "open"), ("kind", "team"), ("name", "x")]), "change");
        assert_eq!(wrong(&[("change", "actors"), ("percentage", "101")]), "percentage");
        assert_eq!(wrong(&[("change", "time")]), "percentage");
        for nonsense in ["", "explode", "on now", "open", "restore x"] {
            assert_eq!(Edit::parse(nonsense).expect_err(nonsense).field, "change");
        }
    }
}
