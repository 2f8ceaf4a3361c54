//! The page of the audit log, and its export: everything that the filter selects, as a stream.

use axum::{
    Extension,
    body::Body,
    extract::{OriginalUri, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use futures_util::{StreamExt, stream};
use std::sync::Arc;

use crate::{
    domain::{audit_query::AuditQuery, namespace::GroupPath, paths},
    server::{
        ServerState,
        downloads::{self, BYTE_ORDER_MARK, refusal},
        routes::Routes,
    },
    ui::AdminAuditEventsPage,
    usecases::{
        SignedIn, UseCaseError, What,
        audit::{
            export_audit_events::{AuditExport, ExportFormat},
            list_audit_events::exportable,
        },
    },
};

pub(in crate::server) fn routes() -> Routes {
    Routes::default()
        .page(paths::ADMIN_AUDIT_EVENTS, AdminAuditEventsPage)
        .at(paths::AUDIT_EXPORT, get(download))
}

async fn download(
    State(state): State<Arc<ServerState>>,
    OriginalUri(uri): OriginalUri,
    signed_in: Option<Extension<SignedIn>>,
) -> Response {
    let (caller, asked) = match downloads::asked(signed_in, &uri) {
        Ok(asked) => asked,
        Err(response) => return *response,
    };
    let (format, ending, content_type) = match asked.get("format") {
        Some("csv") => (ExportFormat::Csv, "csv", downloads::CSV),
        Some("ndjson") => (ExportFormat::Ndjson, "ndjson", "application/x-ndjson"),
        _ => return (StatusCode::BAD_REQUEST, "Ask for format=csv or format=ndjson.\n").into_response(),
    };
    let selection = match AuditQuery::read(|name| asked.text(name)).parse() {
        Ok(selection) => selection,
        Err(wrong) => {
            return (StatusCode::BAD_REQUEST, format!("{}: {wrong}\n", wrong.field)).into_response();
        }
    };
    // Without a group, the whole log.
    let Ok(group) = asked.get("group").map(GroupPath::parse).transpose() else {
        return refusal(&UseCaseError::NotFound(What::GroupOrProject));
    };
    let filter = match exportable(&state.app, &caller, group.as_ref(), selection).await {
        Ok(filter) => filter,
        Err(error) => return refusal(&error),
    };
    let place = group.map_or_else(|| String::from("all"), |group| group.as_str().replace('/', "-"));
    let name = format!("audit-events-{place}-{}.{ending}", state.app.now().date());
    let export = AuditExport::new(state.app.clone(), filter, format);
    // An error midway aborts the response, so that a partial file is not taken for complete.
    let mark = (format == ExportFormat::Csv).then(|| Ok(BYTE_ORDER_MARK.to_vec()));
    let pieces = stream::try_unfold(export, |mut export| async move {
        let piece = export.next().await.inspect_err(|error| tracing::error!(%error, "export cut off"))?;
        Ok::<_, crate::storage::StorageError>(piece.map(|piece| (piece, export)))
    });
    downloads::file(&name, content_type, Body::from_stream(stream::iter(mark).chain(pieces)))
}
