//! Imports: the forms that upload a file and apply it, and the downloads of exports, samples and refused
//! lines.

use std::sync::Arc;

use axum::{
    Extension,
    body::Bytes,
    extract::{OriginalUri, Path, Request, State},
    http::{HeaderMap, header},
    response::{IntoResponse, Redirect, Response},
};
use futures_util::stream;
use multer::Multipart;
use serde::Deserialize;

use super::csv_download::csv_download;
use crate::{
    actions::{error::ActionError, flash::Outcome, form_answer::Next, people::imports::SUBJECT},
    domain::{paths, people::import::format::ImportKind},
    server::{
        ServerState,
        downloads::{self, refusal},
        form_fields::{self, Misread},
        forms::{Form, Posted},
    },
    ui::UploadRefused,
    usecases::{
        Caller, SignedIn, UseCaseError, What,
        administrator::Administrator,
        people::import::{
            export_people::PeopleExport,
            import_file::ImportReport,
            stage_import::{apply_staged_import, export_refused_lines, stage_import, staged_file},
        },
    },
};

#[derive(Default, Deserialize)]
struct Upload {
    #[serde(default)]
    kind: String,
    /// What was pasted.
    #[serde(default)]
    text: String,
    /// What was uploaded.
    #[serde(default, skip)]
    file: Vec<u8>,
}

/// Keeps the file, and leads to what it would do. When it cannot be kept, the page is shown with what was pasted.
pub(super) async fn upload(
    State(state): State<Arc<ServerState>>,
    request: Request,
) -> Result<Response, Response> {
    let (posted, body) = Posted::read_upload(&state, request).await?;
    let fields = match fields(&posted.parts().headers, body).await {
        Ok(fields) => fields,
        Err(misread) => return Err(posted.misread(misread).await),
    };
    let page = paths::admin_import_of(&fields.kind);
    let by = posted.signed_in(&page).await?;
    let staged = async {
        let kind = ImportKind::from_key(&fields.kind)
            .ok_or_else(|| UseCaseError::invalid("kind", "Choose what the file has."));
        Administrator::reading(by.caller())?;
        let file = if fields.file.is_empty() { fields.text.as_bytes() } else { &fields.file };
        stage_import(by.app(), by.caller(), kind?, file).await
    };
    let staged = match staged.await {
        Err(error) if by.posted().is_for_html() && !fields.text.trim().is_empty() => {
            let error = ActionError::from(error);
            let again = UploadRefused { text: fields.text, error: error.clone() };
            return Ok(by.page_in_place(&page, again, &error).await);
        }
        staged => staged,
    };
    let next = |result: Result<&i64, &ActionError>| match result {
        Ok(id) => Next::Silently(paths::staged_import(*id)),
        Err(error) => Next::Page(page, Outcome::Failed(error.clone())),
    };
    Ok(by.answer(SUBJECT, staged, next).await)
}

/// From a form with a file, or without.
async fn fields(headers: &HeaderMap, body: Bytes) -> Result<Upload, Misread> {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let Ok(boundary) = multer::parse_boundary(content_type) else {
        return form_fields::read(&body);
    };
    let whole = stream::iter([Ok::<_, std::convert::Infallible>(body)]);
    let mut parts = Multipart::new(whole, boundary);
    let mut upload = Upload::default();
    while let Some(part) = parts.next_field().await.map_err(|_| Misread::Malformed)? {
        let name = part.name().unwrap_or_default().to_owned();
        let content = part.bytes().await.map_err(|_| Misread::Malformed)?;
        let text = || String::from_utf8(content.to_vec()).map_err(|_| Misread::Malformed);
        match name.as_str() {
            "kind" => upload.kind = text()?,
            "text" => upload.text = text()?,
            "file" => upload.file = content.to_vec(),
            _ => return Err(Misread::Unread(name)),
        }
    }
    Ok(upload)
}

#[derive(Deserialize)]
pub(super) struct Apply {
    id: i64,
    plan: String,
}

/// Applies an uploaded file, if it still does what its page showed.
pub(super) async fn apply(Form { posted, fields }: Form<Apply>) -> Result<Response, Response> {
    let page = paths::staged_import(fields.id);
    let by = posted.signed_in(&page).await?;
    let applied = apply_staged_import(by.app(), by.caller(), fields.id, &fields.plan).await;
    let next = |result: Result<&ImportReport, &ActionError>| match result {
        Ok(report) if report.applied => {
            let (kind, counts) = (report.kind.key().to_owned(), report.counts.to_string());
            Next::Page(paths::admin_import_of(&kind), Outcome::Imported { kind, counts })
        }
        Ok(_) => Next::Silently(page),
        Err(error) => Next::Page(page, Outcome::Failed(error.clone())),
    };
    Ok(by.answer(SUBJECT, applied, next).await)
}

/// An export of one kind.
pub(super) async fn export(
    State(state): State<Arc<ServerState>>,
    OriginalUri(uri): OriginalUri,
    Path(kind): Path<String>,
    signed_in: Option<Extension<SignedIn>>,
) -> Response {
    let caller = match caller(signed_in, uri.path()) {
        Ok(caller) => caller,
        Err(redirect) => return *redirect,
    };
    let started = known(&kind).and_then(|kind| Ok((kind, Administrator::reading(&caller)?)));
    match started {
        Ok((kind, who)) => {
            let name = format!("{}-{}.csv", kind.key(), state.app.now().date());
            csv_download(PeopleExport::new(state.app.clone(), &who, kind), &name)
        }
        Err(error) => refusal(&error),
    }
}

/// A small file that shows what can be said.
pub(super) async fn sample(
    OriginalUri(uri): OriginalUri,
    Path(kind): Path<String>,
    signed_in: Option<Extension<SignedIn>>,
) -> Response {
    let caller = match caller(signed_in, uri.path()) {
        Ok(caller) => caller,
        Err(redirect) => return *redirect,
    };
    match known(&kind).and_then(|kind| Administrator::reading(&caller).map(|_| kind)) {
        Ok(kind) => downloads::csv(&format!("sample-{}.csv", kind.key()), kind.sample().as_bytes()),
        Err(error) => refusal(&error),
    }
}

/// The refused lines of an uploaded file, to be corrected.
pub(super) async fn refused(
    State(state): State<Arc<ServerState>>,
    OriginalUri(uri): OriginalUri,
    Path(id): Path<String>,
    signed_in: Option<Extension<SignedIn>>,
) -> Response {
    let caller = match caller(signed_in, uri.path()) {
        Ok(caller) => caller,
        Err(redirect) => return *redirect,
    };
    let id = id.parse().unwrap_or_default();
    match export_refused_lines(&state.app, &caller, id).await {
        Ok((kind, lines)) => downloads::csv(&format!("refused-{}.csv", kind.key()), &lines),
        Err(error) => refusal(&error),
    }
}

/// An uploaded file as it was uploaded.
pub(super) async fn file(
    State(state): State<Arc<ServerState>>,
    OriginalUri(uri): OriginalUri,
    Path(id): Path<String>,
    signed_in: Option<Extension<SignedIn>>,
) -> Response {
    let caller = match caller(signed_in, uri.path()) {
        Ok(caller) => caller,
        Err(redirect) => return *redirect,
    };
    let id = id.parse().unwrap_or_default();
    match staged_file(&state.app, &caller, id).await {
        Ok((kind, file)) => downloads::file(&format!("uploaded-{}.csv", kind.key()), downloads::CSV, file),
        Err(error) => refusal(&error),
    }
}

fn known(kind: &str) -> Result<ImportKind, UseCaseError> {
    ImportKind::from_key(kind).ok_or(UseCaseError::NotFound(What::Page))
}

fn caller(signed_in: Option<Extension<SignedIn>>, back: &str) -> Result<Caller, Box<Response>> {
    match signed_in {
        Some(Extension(signed_in)) => Ok(signed_in.caller),
        None => Err(Box::new(Redirect::to(&paths::sign_in_returning_to(back)).into_response())),
    }
}
