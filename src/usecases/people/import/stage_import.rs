//! Keeps an uploaded file while an administrator looks at what it would do: for a day, or until the next
//! file of the kind.

use super::{
    import_file::{ImportReport, Mode, import_file},
    read_file::refused_lines,
};
use crate::{
    domain::people::import::format::{ImportKind, MAX_BYTES},
    usecases::{App, Caller, UseCaseError, What, administrator::Administrator},
};

/// Longer files are not shown in a form, in bytes.
const MOST_EDITED: usize = 1024 * 1024;

/// Returns the file's number.
///
/// # Errors
/// The file is empty or too large.
pub async fn stage_import(
    app: &App,
    caller: &Caller,
    kind: ImportKind,
    file: &[u8],
) -> Result<i64, UseCaseError> {
    Administrator::reading(caller)?;
    if file.iter().all(u8::is_ascii_whitespace) {
        return Err(UseCaseError::invalid("file", "Choose a file, or paste its content."));
    }
    if file.len() > MAX_BYTES {
        return Err(UseCaseError::invalid("file", "A file has at most 20 MiB. Import it in parts."));
    }
    let mut uow = app.storage.begin().await?;
    let id = uow.staged_imports().add(caller.actor.id, kind, file, app.now()).await?;
    uow.commit().await?;
    Ok(id)
}

/// The file as it was uploaded.
///
/// # Errors
/// There is no such file, or it is somebody else's.
pub async fn staged_file(app: &App, caller: &Caller, id: i64) -> Result<(ImportKind, Vec<u8>), UseCaseError> {
    Administrator::reading(caller)?;
    staged(app, caller, id).await
}

/// The content of the file, to be edited on a page; `None` when it is too long for that, or no text.
///
/// # Errors
/// As of [`staged_file`].
pub async fn staged_text(app: &App, caller: &Caller, id: i64) -> Result<Option<String>, UseCaseError> {
    let (_, file) = staged_file(app, caller, id).await?;
    let text = if file.len() > MOST_EDITED { None } else { String::from_utf8(file).ok() };
    Ok(text.map(|it| it.trim_start_matches('\u{feff}').to_owned()))
}

/// What the file would do now.
///
/// # Errors
/// There is no such file, or it is somebody else's.
pub async fn show_staged_import(app: &App, caller: &Caller, id: i64) -> Result<ImportReport, UseCaseError> {
    let who = Administrator::reading(caller)?;
    let (kind, file) = staged(app, caller, id).await?;
    import_file(app, &who, kind, &file, Mode::DryRun).await
}

/// The refused lines of the file as CSV, with what is wrong in front.
pub async fn export_refused_lines(
    app: &App,
    caller: &Caller,
    id: i64,
) -> Result<(ImportKind, Vec<u8>), UseCaseError> {
    let who = Administrator::reading(caller)?;
    let (kind, file) = staged(app, caller, id).await?;
    let report = import_file(app, &who, kind, &file, Mode::DryRun).await?;
    Ok((kind, refused_lines(&file, &report.refused)))
}

/// Applies the file if it does what `plan` says, and forgets it.
///
/// # Errors
/// [`super::import_file::PlanChanged`]; the file stays then.
pub async fn apply_staged_import(
    app: &App,
    caller: &Caller,
    id: i64,
    plan: &str,
) -> Result<ImportReport, UseCaseError> {
    let who = Administrator::at_page(app, caller)?;
    let (kind, file) = staged(app, caller, id).await?;
    let report = import_file(app, &who, kind, &file, Mode::ApplyPlan(plan)).await?;
    if report.applied {
        // What is left is deleted within a day anyway.
        let mut uow = app.storage.begin().await?;
        uow.staged_imports().delete(id).await?;
        uow.commit().await?;
    }
    Ok(report)
}

async fn staged(app: &App, caller: &Caller, id: i64) -> Result<(ImportKind, Vec<u8>), UseCaseError> {
    let mut uow = app.storage.read().await?;
    uow.staged_imports().find(id, caller.actor.id).await?.ok_or(UseCaseError::NotFound(What::Import))
}
