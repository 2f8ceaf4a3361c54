//! Building blocks for putting audit events into words.

/// The parts of an event that phrases use.
#[derive(Clone, Copy, Debug)]
pub struct EventWords<'a> {
    /// The actor's username.
    pub by: &'a str,
    pub target: &'a str,
    /// The name of the flow that the target refers to; otherwise the target.
    pub flow: &'a str,
    /// The environment's key.
    pub environment: Option<&'a str>,
    pub from: &'a str,
    pub to: &'a str,
}

/// A part of the details.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Literal text.
    Words(&'static str),
    /// A logged value, to be set off in quotes.
    Value(String),
}

/// How events of a kind are put into words.
#[derive(Clone, Copy, Debug)]
pub struct Phrases {
    /// The rest of a sentence whose subject is the actor.
    pub what: fn(&EventWords<'_>) -> String,
    /// Values before and after, and free text that was entered.
    pub details: fn(&EventWords<'_>) -> Vec<Detail>,
}

impl EventWords<'_> {
    pub fn target(&self, what: &str) -> String {
        format!("{what} {}", self.target)
    }

    /// The target is a flow's reference.
    pub fn flow(&self, what: &str) -> String {
        format!("{what} {}", self.flow)
    }

    /// The target is a flag.
    pub fn flag(&self, what: &str) -> String {
        let place = self.environment.map_or_else(String::new, |it| format!(" in {it}"));
        format!("{what} the feature flag {}{place}", self.target)
    }

    /// The target is a user: `own` if that is the actor.
    pub fn own(&self, own: &str, of_other: &str) -> String {
        if self.by == self.target { own.to_owned() } else { self.target(of_other) }
    }

    /// The target is the username that was tried; the actor may be unknown.
    pub fn tried(&self, what: &str) -> String {
        let is_said = self.by == self.target || self.target.is_empty();
        if is_said { what.to_owned() } else { format!("{what} as {}", self.target) }
    }

    pub fn before(&self, words: &'static str) -> Vec<Detail> {
        listed(&[(words, self.from)])
    }

    pub fn after(&self, words: &'static str) -> Vec<Detail> {
        listed(&[(words, self.to)])
    }
}

/// `From off to on`, or the half that exists.
pub fn change(it: &EventWords<'_>) -> Vec<Detail> {
    match (it.from.is_empty(), it.to.is_empty()) {
        (false, true) => it.before("Was "),
        (true, false) => it.after("To "),
        _ => listed(&[("From ", it.from), (" to ", it.to)]),
    }
}

/// No details.
pub const fn nothing(_: &EventWords<'_>) -> Vec<Detail> {
    Vec::new()
}

/// The non-empty values, each preceded by its words.
pub fn listed(parts: &[(&'static str, &str)]) -> Vec<Detail> {
    let there = parts.iter().filter(|(_, value)| !value.is_empty());
    there.flat_map(|(words, value)| [Detail::Words(words), Detail::Value((*value).to_owned())]).collect()
}
