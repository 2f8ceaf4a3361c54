//! What the kinds of audit events are said with.

/// What an event says, for the words about it.
#[derive(Clone, Copy, Debug)]
pub struct EventWords<'a> {
    /// The user name of who did it.
    pub by: &'a str,
    pub target: &'a str,
    /// What the flow is called that the target refers to; the target where it refers to none.
    pub flow: &'a str,
    /// The word of an environment.
    pub environment: Option<&'a str>,
    pub from: &'a str,
    pub to: &'a str,
}

/// A part of the details.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Ours.
    Words(&'static str),
    /// As it was logged, to be set off.
    Value(String),
}

/// How an event of a kind is said.
#[derive(Clone, Copy, Debug)]
pub struct Phrases {
    /// The rest of a sentence that begins with who did it.
    pub what: fn(&EventWords<'_>) -> String,
    /// Values before and after, words of somebody.
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

    /// The target is a user, perhaps who did it.
    pub fn own(&self, own: &str, of_other: &str) -> String {
        if self.by == self.target { own.to_owned() } else { self.target(of_other) }
    }

    /// The target is the name that was tried. Who tried may be nobody known.
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

/// `From off to on`, or what there is of it.
pub fn change(it: &EventWords<'_>) -> Vec<Detail> {
    match (it.from.is_empty(), it.to.is_empty()) {
        (false, true) => it.before("Was "),
        (true, false) => it.after("To "),
        _ => listed(&[("From ", it.from), (" to ", it.to)]),
    }
}

/// The sentence says it all.
pub const fn nothing(_: &EventWords<'_>) -> Vec<Detail> {
    Vec::new()
}

/// Values that there are, each after the words about it.
pub fn listed(parts: &[(&'static str, &str)]) -> Vec<Detail> {
    let there = parts.iter().filter(|(_, value)| !value.is_empty());
    there.flat_map(|(words, value)| [Detail::Words(words), Detail::Value((*value).to_owned())]).collect()
}
