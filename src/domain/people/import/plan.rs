//! A plan: what every line of a file would do.

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::format::Refused;
use crate::domain::keyed::keyed_enum;

keyed_enum! {
    /// What a line does.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum Verb: serde {
        Create = "create",
        Change = "change",
        Remove = "remove",
        Unchanged = "unchanged",
    }
}

/// A value that a line changes, in words. `before` is empty for something new.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    pub field: &'static str,
    pub before: String,
    pub after: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlannedLine {
    pub line: u64,
    /// Whom or what it is about.
    pub subject: String,
    pub verb: Verb,
    pub differences: Vec<Difference>,
    /// What else is to be known, a sentence; empty when nothing is.
    pub note: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    pub created: u64,
    pub changed: u64,
    pub removed: u64,
    pub unchanged: u64,
}

impl Counts {
    /// Whether anything would be written.
    pub const fn changes_something(&self) -> bool {
        self.created + self.changed + self.removed > 0
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { created, changed, removed, unchanged } = self;
        write!(f, "{created} new, {changed} changed, {removed} removed, {unchanged} unchanged")
    }
}

/// The plan of a file. `Operation` is what applying it writes.
#[derive(Clone, Debug)]
pub struct Planned<Operation> {
    /// In the order of the file. Unchanged ones are counted only, unless there is a note.
    pub lines: Vec<PlannedLine>,
    pub counts: Counts,
    pub refused: Vec<Refused>,
    pub operations: Vec<Operation>,
}

impl<Operation> Planned<Operation> {
    pub fn new(refused: Vec<Refused>) -> Self {
        Self { lines: Vec::new(), counts: Counts::default(), refused, operations: Vec::new() }
    }

    pub fn refuse(&mut self, line: u64, column: &str, value: &str, reason: impl ToString) {
        self.refused.push(Refused::new(line, column, value, reason));
    }

    pub fn create(&mut self, line: u64, subject: String, differences: Vec<Difference>, note: String) {
        self.counts.created += 1;
        self.lines.push(PlannedLine { line, subject, verb: Verb::Create, differences, note });
    }

    /// Without differences it is unchanged.
    pub fn change(&mut self, line: u64, subject: String, differences: Vec<Difference>, note: String) {
        if differences.is_empty() {
            return self.unchanged(line, subject, note);
        }
        self.counts.changed += 1;
        self.lines.push(PlannedLine { line, subject, verb: Verb::Change, differences, note });
    }

    pub fn remove(&mut self, line: u64, subject: String, differences: Vec<Difference>, note: String) {
        self.counts.removed += 1;
        self.lines.push(PlannedLine { line, subject, verb: Verb::Remove, differences, note });
    }

    pub fn unchanged(&mut self, line: u64, subject: String, note: String) {
        self.counts.unchanged += 1;
        if !note.is_empty() {
            let (verb, differences) = (Verb::Unchanged, Vec::new());
            self.lines.push(PlannedLine { line, subject, verb, differences, note });
        }
    }
}

/// Identifies what a plan does to which values: equal for the same file and the same present state.
pub fn digest(file: &str, lines: &[PlannedLine], counts: Counts) -> String {
    let mut hash = Sha256::new();
    let mut add = |text: &str| {
        hash.update(text.len().to_be_bytes());
        hash.update(text);
    };
    add(file);
    add(&counts.to_string());
    for PlannedLine { line, subject, verb, differences, .. } in lines {
        add(&line.to_string());
        add(subject);
        add(verb.key());
        for Difference { field, before, after } in differences {
            add(field);
            add(before);
            add(after);
        }
    }
    base16ct::lower::encode_string(&hash.finalize())
}

/// The difference between two values, in words; `None` when they are equal.
pub fn difference(
    field: &'static str,
    before: impl std::fmt::Display,
    after: impl std::fmt::Display,
) -> Option<Difference> {
    let (before, after) = (before.to_string(), after.to_string());
    (before != after).then_some(Difference { field, before, after })
}
