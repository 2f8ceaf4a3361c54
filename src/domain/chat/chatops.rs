//! The chat commands for feature flags, compatible with GitLab's: `gitlab run feature set …`.
//!
//! Only parsing; `usecases/chat/run_chatops.rs` runs them.

mod words;

use crate::domain::{
    environment::Environment,
    flags::{FlagValue, Percentage, Targets, UnknownValue, WrittenValue},
};

/// The usage that a malformed command is answered with.
const USAGE: &str = "
Commands are:
gitlab run feature get FLAG
gitlab run feature set FLAG true|false|PERCENTAGE
gitlab run feature list [--match=TEXT]
gitlab run feature delete FLAG";

/// A complete command. Environments are in roll-out order and never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChatopsCommand {
    Get { flag: String, environments: Vec<Environment> },
    List { matching: Option<String>, environments: Vec<Environment> },
    Set(SetFlag),
    Delete { flag: String, environments: Vec<Environment>, overridden: Option<Overridden> },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetFlag {
    pub flag: String,
    pub value: FlagValue,
    pub targets: Targets,
    pub environments: Vec<Environment>,
    /// Whether the flag may lack a definition.
    pub force: bool,
    pub overridden: Option<Overridden>,
}

/// The checks that are overridden, and the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overridden {
    /// The change freeze.
    pub freeze: bool,
    /// The rule that staging goes before production.
    pub consistency: bool,
    pub reason: String,
}

/// What is wrong with a command, and how to correct it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} Nothing was changed.{usage}")]
pub struct ChatopsError {
    message: String,
    /// The usage, when it is no command at all.
    usage: &'static str,
}

fn wrong(message: impl Into<String>) -> ChatopsError {
    ChatopsError { message: message.into(), usage: "" }
}

/// The verbs of the command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verb {
    Get,
    List,
    Set,
    Delete,
}

impl Verb {
    const ALL: [Self; 4] = [Self::Get, Self::List, Self::Set, Self::Delete];

    const fn word(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::List => "list",
            Self::Set => "set",
            Self::Delete => "delete",
        }
    }
}

struct KnownOption {
    name: &'static str,
    takes_value: bool,
    verbs: &'static [Verb],
}

const fn with_value(name: &'static str, verbs: &'static [Verb]) -> KnownOption {
    KnownOption { name, takes_value: true, verbs }
}

const fn switch(name: &'static str, verbs: &'static [Verb]) -> KnownOption {
    KnownOption { name, takes_value: false, verbs }
}

const CHANGES: &[Verb] = &[Verb::Set, Verb::Delete];

const OPTIONS: [KnownOption; 19] = [
    with_value("user", &[Verb::Set]),
    with_value("group", &[Verb::Set]),
    with_value("namespace", &[Verb::Set]),
    with_value("project", &[Verb::Set]),
    with_value("repository", &[Verb::Set]),
    with_value("feature-group", &[Verb::Set]),
    with_value("match", &[Verb::List]),
    with_value("override-reason", CHANGES),
    switch("actors", &[Verb::Set]),
    switch("random", &[Verb::Set]),
    switch("ignore-random-deprecation-check", &[Verb::Set]),
    switch("ignore-production-check", CHANGES),
    switch("ignore-feature-flag-consistency-check", CHANGES),
    switch("force", &[Verb::Set]),
    switch("dev", &Verb::ALL),
    switch("pre", &Verb::ALL),
    switch("staging", &Verb::ALL),
    switch("staging-ref", &Verb::ALL),
    switch("production", &Verb::ALL),
];

/// The options that name a flag's targets.
const TARGETS: [&str; 6] = ["user", "group", "namespace", "project", "repository", "feature-group"];

/// Parses a line as typed.
///
/// # Errors
/// It is not a command, or an incomplete one.
pub fn parse(line: &str) -> Result<ChatopsCommand, ChatopsError> {
    parse_words(&words::split(line).map_err(wrong)?)
}

/// Like [`parse`], for a line that is already split into words.
pub fn parse_words(words: &[String]) -> Result<ChatopsCommand, ChatopsError> {
    if words.iter().any(|word| word.contains(char::is_control)) {
        return Err(wrong("There is a control character in the command. Type it anew."));
    }
    let (verb, rest) = verb(words)?;
    let given = Given::read(verb, rest)?;
    let environments = given.environments();
    match verb {
        Verb::List => {
            given.at_most(0)?;
            Ok(ChatopsCommand::List { matching: given.last("match").map(str::to_owned), environments })
        }
        Verb::Get => Ok(ChatopsCommand::Get { flag: given.only_flag(verb)?, environments }),
        Verb::Delete => Ok(ChatopsCommand::Delete {
            flag: given.only_flag(verb)?,
            overridden: given.overridden()?,
            environments,
        }),
        Verb::Set => given.set(environments).map(ChatopsCommand::Set),
    }
}

/// Skips the prefix, `/chatops gitlab run feature`. Chat programs may strip the first word, and older
/// commands lack the second.
fn verb(words: &[String]) -> Result<(Verb, &[String]), ChatopsError> {
    // Phones capitalize the first word.
    fn is(word: &str, expected: &str) -> bool {
        word.eq_ignore_ascii_case(expected)
    }
    let mut rest = words;
    for may in ["/chatops", "gitlab"] {
        rest = rest.split_first().filter(|(word, _)| is(word, may)).map_or(rest, |(_, rest)| rest);
    }
    let [run, feature, verb, rest @ ..] = rest else { return Err(no_command()) };
    let verb = Verb::ALL.into_iter().find(|it| is(verb, it.word()));
    match verb {
        Some(verb) if is(run, "run") && is(feature, "feature") => Ok((verb, rest)),
        _ => Err(no_command()),
    }
}

fn no_command() -> ChatopsError {
    ChatopsError { message: String::from("This is no command for feature flags."), usage: USAGE }
}

/// The words after the verb, sorted into arguments and options.
#[derive(Default)]
struct Given {
    arguments: Vec<String>,
    options: Vec<(&'static str, String)>,
}

impl Given {
    fn read(verb: Verb, words: &[String]) -> Result<Self, ChatopsError> {
        let mut given = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let Some(option) = option_in(word) else {
                given.arguments.push(word.clone());
                continue;
            };
            let (name, value) = match option.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (option, None),
            };
            let known = OPTIONS.iter().find(|it| it.name == name);
            let known = known.ok_or_else(|| wrong(unknown_option(verb, name)))?;
            if !known.verbs.contains(&verb) {
                return Err(wrong(format!("`--{name}` does not go with `feature {}`.", verb.word())));
            }
            let value = match (known.takes_value, value) {
                (false, None) => String::new(),
                (false, Some(_)) => return Err(wrong(format!("`--{name}` takes no value."))),
                (true, Some(value)) => value,
                (true, None) => {
                    words.next().filter(|next| option_in(next).is_none()).cloned().unwrap_or_default()
                }
            };
            if known.takes_value && value.trim().is_empty() {
                return Err(wrong(format!("`--{name}` needs a value: `--{name}=…`.")));
            }
            given.options.push((known.name, value));
        }
        Ok(given)
    }

    fn has(&self, name: &str) -> bool {
        self.options.iter().any(|(it, _)| *it == name)
    }

    fn last(&self, name: &str) -> Option<&str> {
        self.options.iter().rev().find(|(it, _)| *it == name).map(|(_, value)| value.as_str())
    }

    /// All names given for an option, which may be repeated and may hold a comma-separated list.
    fn names(&self, name: &str) -> Result<Vec<String>, ChatopsError> {
        let mut names = Vec::new();
        for (_, value) in self.options.iter().filter(|(it, _)| *it == name) {
            let nobody = || wrong(format!("`--{name}` names nobody: `--{name}=…`."));
            names.extend(Targets::names_in(value).ok_or_else(nobody)?);
        }
        Ok(names)
    }

    /// Defaults to production.
    fn environments(&self) -> Vec<Environment> {
        let named: Vec<_> = Environment::ALL.into_iter().filter(|it| self.has(it.key())).collect();
        if named.is_empty() { vec![Environment::Production] } else { named }
    }

    fn at_most(&self, count: usize) -> Result<(), ChatopsError> {
        match self.arguments.get(count) {
            None => Ok(()),
            Some(word) => Err(wrong(format!(
                "`{word}` is one word too many. What has spaces in it stands in quotation marks."
            ))),
        }
    }

    /// The flag's name, without the backticks that some put around it.
    fn flag(&self) -> Option<String> {
        let flag = self.arguments.first()?.trim_matches('`');
        (!flag.is_empty()).then(|| flag.to_owned())
    }

    fn only_flag(&self, verb: Verb) -> Result<String, ChatopsError> {
        let missing = || {
            wrong(format!("You must specify the name of the feature flag: `feature {} FLAG`.", verb.word()))
        };
        let flag = self.flag().ok_or_else(missing)?;
        self.at_most(1)?;
        Ok(flag)
    }

    fn set(&self, environments: Vec<Environment>) -> Result<SetFlag, ChatopsError> {
        let (Some(flag), Some(value)) = (self.flag(), self.arguments.get(1)) else {
            return Err(wrong(
                "You must specify the name of the feature flag and its new value: `feature set FLAG true`.",
            ));
        };
        self.at_most(2)?;
        let value = self.value(value)?;
        if self.has("repository") {
            return Err(wrong("There are no repositories here. Use `--project=…`."));
        }
        let mut groups = self.names("group")?;
        groups.extend(self.names("namespace")?);
        Ok(SetFlag {
            flag,
            value,
            targets: Targets {
                users: self.names("user")?,
                groups,
                projects: self.names("project")?,
                feature_groups: self.names("feature-group")?,
            },
            environments,
            force: self.has("force"),
            overridden: self.overridden()?,
        })
    }

    fn value(&self, text: &str) -> Result<FlagValue, ChatopsError> {
        let target = TARGETS.into_iter().find(|it| self.has(it));
        let share = ["actors", "random"].into_iter().find(|it| self.has(it));
        let value = match text.parse() {
            Ok(WrittenValue::Percentage(percentage)) => return self.percentage(percentage, target, share),
            Ok(WrittenValue::Boolean(on)) => FlagValue::Boolean(on),
            Ok(WrittenValue::OptOut(out)) => FlagValue::OptOut(out),
            Err(UnknownValue) => {
                return Err(wrong(format!(
                    "`{text}` is no value. Valid values are: `true`, `false`, or an integer from 0 to 100. \
                     A percentage may have two decimals; for somebody in particular there are `opt_out` and `remove_opt_out`."
                )));
            }
        };
        if let Some(share) = share {
            return Err(wrong(format!("`--{share}` is for percentages, and `{text}` is none.")));
        }
        if matches!(value, FlagValue::OptOut(_)) && !TARGETS[..4].iter().any(|it| self.has(it)) {
            return Err(wrong(format!(
                "`{text}` needs somebody whom it is for: add `--user=…`, `--group=…` or `--project=…`."
            )));
        }
        Ok(value)
    }

    fn percentage(
        &self,
        percentage: Percentage,
        target: Option<&str>,
        share: Option<&str>,
    ) -> Result<FlagValue, ChatopsError> {
        let Some(share) = share else {
            return Err(wrong("One of `--actors` or `--random` must be set for percentage values."));
        };
        if let Some(target) = target {
            return Err(wrong(format!(
                "`--{share}` cannot be combined with `--{target}`: a percentage is not for somebody in particular."
            )));
        }
        if self.has("actors") && self.has("random") {
            return Err(wrong("`--actors` and `--random` cannot be combined: use `--actors`."));
        }
        if share == "random" && !self.has("ignore-random-deprecation-check") {
            return Err(wrong(
                "`--random` is deprecated: the answer flips from one question to the next. Use `--actors`, or add `--ignore-random-deprecation-check`.",
            ));
        }
        Ok(match (percentage, share) {
            // As in GitLab, 100 and 0 are booleans, not percentages.
            (Percentage::ALL, _) => FlagValue::Boolean(true),
            (Percentage::ZERO, _) => FlagValue::Boolean(false),
            (percentage, "actors") => FlagValue::PercentageOfActors(percentage),
            (percentage, _) => FlagValue::PercentageOfTime(percentage),
        })
    }

    /// A reason alone overrides every check, as on the command line; with a check named, only that one.
    fn overridden(&self) -> Result<Option<Overridden>, ChatopsError> {
        let freeze = self.has("ignore-production-check");
        let consistency = self.has("ignore-feature-flag-consistency-check");
        match self.last("override-reason") {
            None if freeze || consistency => Err(wrong(
                "To ignore a check say why: add `--override-reason=\"…\"`. The reason is kept with the change.",
            )),
            None => Ok(None),
            Some(reason) => {
                let all = !freeze && !consistency;
                let reason = reason.to_owned();
                Ok(Some(Overridden { freeze: freeze || all, consistency: consistency || all, reason }))
            }
        }
    }
}

/// An option's text after its dashes, which phones merge into one; `None` when there are none.
fn option_in(word: &str) -> Option<&str> {
    word.strip_prefix("--").or_else(|| word.strip_prefix(['—', '–'])).filter(|rest| !rest.is_empty())
}

fn unknown_option(verb: Verb, name: &str) -> String {
    let known = OPTIONS.iter().filter(|it| it.verbs.contains(&verb));
    let known: Vec<_> = known.map(|it| format!("`--{}`", it.name)).collect();
    format!("There is no option `--{name}`. `feature {}` has {}.", verb.word(), known.join(", "))
}

#[cfg(test)]
mod tests;
