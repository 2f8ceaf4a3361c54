//! The JSON of an import.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{domain::people::import::plan::PlannedLine, usecases::people::import::import_file::ImportReport};

/// What a file does, or did.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportResult {
    /// `users`, `groups`, `members` or `seats`.
    #[schema(example = "members")]
    kind: &'static str,
    /// Whether it was applied.
    applied: bool,
    counts: ImportCounts,
    /// The SHA-256 of the file, which the audit log has as well.
    sha256: String,
    /// Identifies what the file does now; for `plan` of a later request.
    plan: String,
    /// In the order of the file. Unchanged lines are only counted, unless there is a note.
    lines: Vec<ImportLine>,
}

/// How many lines do what.
#[derive(Debug, Serialize, ToSchema)]
struct ImportCounts {
    created: u64,
    changed: u64,
    removed: u64,
    unchanged: u64,
}

/// What a line does.
#[derive(Debug, Serialize, ToSchema)]
struct ImportLine {
    /// The number of the line; the header is line 1.
    line: u64,
    /// Whom or what it is about.
    #[schema(example = "ann in acme")]
    subject: String,
    /// `create`, `change`, `remove` or `unchanged`.
    action: &'static str,
    changes: Vec<ImportChange>,
    /// What else is to be known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    note: Option<String>,
}

/// A value that a line changes.
#[derive(Debug, Serialize, ToSchema)]
struct ImportChange {
    field: &'static str,
    /// Empty for something new.
    before: String,
    after: String,
}

impl From<ImportReport> for ImportResult {
    fn from(report: ImportReport) -> Self {
        let counts = report.counts;
        Self {
            kind: report.kind.key(),
            applied: report.applied,
            counts: ImportCounts {
                created: counts.created,
                changed: counts.changed,
                removed: counts.removed,
                unchanged: counts.unchanged,
            },
            sha256: report.sha256,
            plan: report.plan,
            lines: report.lines.into_iter().map(ImportLine::from).collect(),
        }
    }
}

impl From<PlannedLine> for ImportLine {
    fn from(PlannedLine { line, subject, verb, differences, note }: PlannedLine) -> Self {
        let changes = differences
            .into_iter()
            .map(|it| ImportChange { field: it.field, before: it.before, after: it.after })
            .collect();
        let note = Some(note).filter(|it| !it.is_empty());
        Self { line, subject, action: verb.key(), changes, note }
    }
}
