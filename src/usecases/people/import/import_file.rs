//! Imports a file: everything or nothing, in one transaction with its audit events. A dry run makes the same
//! plan from a snapshot, and writes nothing.

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{apply_plan::apply_plan, make_plan::make_plan, read_file::read_file};
use crate::{
    domain::{
        audit::AuditKind,
        error_kind::ErrorKind,
        people::import::{
            format::{ImportKind, Line, Refused},
            plan::{Counts, PlannedLine, digest},
        },
    },
    storage::StorageError,
    usecases::{
        App, Explained, UseCaseError,
        administrator::Administrator,
        audit_trail::{Happened, record_as},
        retry::until_first,
    },
};

/// Whether a file is applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode<'a> {
    /// Only says what it would do.
    DryRun,
    Apply,
    /// Applies it if it does what this plan says ([`ImportReport::plan`]).
    ApplyPlan(&'a str),
}

/// What a file does, or did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ImportReport {
    pub kind: ImportKind,
    /// Whether it was written. Never with refused lines.
    pub applied: bool,
    pub counts: Counts,
    /// The file's hash, which the audit log has as well.
    pub sha256: String,
    /// Identifies the plan.
    pub plan: String,
    /// What is wrong, by line. With any of it nothing is applied.
    pub refused: Vec<Refused>,
    /// In the order of the file. Unchanged lines are counted only, unless there is a note.
    pub lines: Vec<PlannedLine>,
}

/// The file would do something else by now.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("Nothing was imported: what is there has changed since. This is what the file would do now.")]
pub struct PlanChanged;

impl Explained for PlanChanged {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Conflict
    }
}

/// Refused lines are no error: the report has them, and nothing was written.
///
/// # Errors
/// [`PlanChanged`] with [`Mode::ApplyPlan`].
pub async fn import_file(
    app: &App,
    who: &Administrator,
    kind: ImportKind,
    file: &[u8],
    mode: Mode<'_>,
) -> Result<ImportReport, UseCaseError> {
    let (lines, refused) = read_file(kind, file);
    let sha256 = base16ct::lower::encode_string(&Sha256::digest(file));
    let read = ReadFile { kind, lines, refused, sha256 };
    if mode == Mode::DryRun {
        let mut uow = app.storage.read().await?;
        let plan =
            make_plan(&mut uow, kind, &read.lines, read.refused.clone(), who.actor.id, app.now()).await?;
        return Ok(read.report(plan.lines, plan.counts, plan.refused));
    }
    until_first(app, || try_once(app, who, &read, mode)).await
}

struct ReadFile {
    kind: ImportKind,
    lines: Vec<Line>,
    refused: Vec<Refused>,
    sha256: String,
}

impl ReadFile {
    fn report(&self, lines: Vec<PlannedLine>, counts: Counts, refused: Vec<Refused>) -> ImportReport {
        ImportReport {
            kind: self.kind,
            applied: false,
            counts,
            sha256: self.sha256.clone(),
            plan: digest(&self.sha256, &lines, counts),
            refused,
            lines,
        }
    }
}

async fn try_once(
    app: &App,
    who: &Administrator,
    file: &ReadFile,
    mode: Mode<'_>,
) -> Result<ImportReport, UseCaseError> {
    let now = app.now();
    let mut uow = app.storage.begin().await?;
    if file.kind == ImportKind::Users {
        // First of all writes, as for a change by hand: nobody else takes the right from another administrator.
        uow.users().hold_administrators().await?;
    }
    let refused = file.refused.clone();
    let mut plan = make_plan(&mut uow, file.kind, &file.lines, refused, who.actor.id, now).await?;
    let (lines, refused) = (std::mem::take(&mut plan.lines), std::mem::take(&mut plan.refused));
    let mut report = file.report(lines, plan.counts, refused);
    if let Mode::ApplyPlan(seen) = mode
        && seen != report.plan
    {
        return Err(PlanChanged.into());
    }
    if !report.refused.is_empty() {
        return Ok(report);
    }
    report.applied = true;
    if !plan.counts.changes_something() {
        return Ok(report);
    }
    apply_plan(&mut uow, who, &plan, now).await.map_err(overtaken)?;
    let happened = Happened {
        to: format!("{}; the file's SHA-256 is {}", plan.counts, file.sha256),
        ..Happened::to(AuditKind::PeopleImported, file.kind.key())
    };
    record_as(now, &mut uow, who.actor.clone(), &who.origin, happened);
    uow.commit().await?;
    Ok(report)
}

/// A name that somebody else took since the plan was made: it is made again.
fn overtaken(error: StorageError) -> StorageError {
    match error {
        StorageError::Duplicate { .. } => StorageError::Stale,
        other => other,
    }
}
