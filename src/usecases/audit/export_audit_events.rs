//! Exports audit events as CSV or NDJSON, for downloads and the command line.

use serde::Serialize;

use crate::{
    domain::{audit::AuditEvent, escape::without_formulas},
    storage::{AuditFilter, StorageError},
    usecases::App,
};

/// How many events an export holds in memory at a time.
const PAGE: i64 = 500;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// Comma-separated, with a header line. An apostrophe is put before anything that a spreadsheet could
    /// evaluate as a formula (CSV injection).
    Csv,
    /// One JSON object per line, with unchanged values.
    Ndjson,
}

/// An event as exported; every event has every field.
#[derive(Clone, Debug, Default, Serialize)]
pub struct EventRow {
    pub id: i64,
    pub at: String,
    pub kind: String,
    pub actor_id: Option<i64>,
    pub actor_username: String,
    pub actor_name: String,
    pub surface: String,
    pub namespace_id: Option<i64>,
    pub namespace_path: Option<String>,
    pub target: String,
    pub from: String,
    pub to: String,
    pub remote_ip: String,
    pub request_id: String,
    pub environment: Option<String>,
    pub reason: Option<String>,
    /// The stored JSON.
    pub state_before: Option<String>,
    pub state_after: Option<String>,
    /// The position in the audit chain, and the hash there.
    pub position: Option<i64>,
    pub hash: Option<String>,
}

impl From<AuditEvent> for EventRow {
    fn from(AuditEvent { id, event, sealed }: AuditEvent) -> Self {
        let (state_before, state_after) = event.states.map(|it| (it.before, it.after)).unzip();
        Self {
            id: id.0,
            at: event.at.rfc3339(),
            kind: event.kind.key().to_owned(),
            actor_id: event.actor.id.map(|id| id.0),
            actor_username: event.actor.username,
            actor_name: event.actor.name,
            surface: event.surface.key().to_owned(),
            namespace_id: event.namespace.as_ref().map(|namespace| namespace.id.0),
            namespace_path: event.namespace.map(|namespace| namespace.path),
            target: event.target,
            from: event.from,
            to: event.to,
            remote_ip: event.remote_ip,
            request_id: event.request_id,
            environment: event.environment.map(|it| it.key().to_owned()),
            reason: event.reason,
            state_before,
            state_after,
            position: sealed.as_ref().map(|point| point.position),
            hash: sealed.map(|point| point.hash.to_string()),
        }
    }
}

impl EventRow {
    /// Neutralizes formulas in text from users, for spreadsheets.
    fn harmless(mut self) -> Self {
        let texts = [
            &mut self.kind,
            &mut self.surface,
            &mut self.actor_username,
            &mut self.actor_name,
            &mut self.target,
            &mut self.from,
            &mut self.to,
            &mut self.remote_ip,
            &mut self.request_id,
        ];
        let more = [
            &mut self.namespace_path,
            &mut self.environment,
            &mut self.reason,
            &mut self.state_before,
            &mut self.state_after,
            &mut self.hash,
        ];
        for text in texts.into_iter().chain(more.into_iter().flatten()) {
            *text = without_formulas(text);
        }
        self
    }
}

/// A running export: newest first, page by page with a cursor, so that new events do not shift it.
pub struct AuditExport {
    app: App,
    filter: AuditFilter,
    format: ExportFormat,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Beginning,
    Going,
    Done,
}

impl AuditExport {
    pub fn new(app: App, filter: AuditFilter, format: ExportFormat) -> Self {
        Self { app, filter, format, state: State::Beginning }
    }

    /// The next chunk; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, StorageError> {
        if self.state == State::Done {
            return Ok(None);
        }
        let page = self.app.storage.read().await?.audit_log().list(&self.filter, PAGE).await?;
        let headings = self.state == State::Beginning;
        self.state = State::Going;
        match page.last() {
            Some(last) => self.filter.before = Some(last.cursor()),
            None => self.state = State::Done,
        }
        let rows = page.into_iter().map(EventRow::from);
        Ok(Some(match self.format {
            ExportFormat::Csv => csv_of(rows, headings),
            ExportFormat::Ndjson => ndjson_of(rows),
        }))
    }
}

const NO_FAILURE: &str =
    "writing to memory cannot fail, each row has as many fields as the headings, and no key is a number";

fn csv_of(rows: impl Iterator<Item = EventRow>, headings: bool) -> Vec<u8> {
    let begun = if headings { csv_headings() } else { Vec::new() };
    let mut csv = csv::WriterBuilder::new().has_headers(false).from_writer(begun);
    for row in rows {
        csv.serialize(row.harmless()).expect(NO_FAILURE);
    }
    csv.into_inner().expect(NO_FAILURE)
}

/// The header line of the CSV.
fn csv_headings() -> Vec<u8> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.serialize(EventRow::default()).expect(NO_FAILURE);
    let mut line = csv.into_inner().expect(NO_FAILURE);
    let end = line.iter().position(|it| *it == b'\n').map_or(line.len(), |at| at + 1);
    line.truncate(end);
    line
}

fn ndjson_of(rows: impl Iterator<Item = EventRow>) -> Vec<u8> {
    let mut out = Vec::new();
    for row in rows {
        serde_json::to_writer(&mut out, &row).expect(NO_FAILURE);
        out.push(b'\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(target: &str) -> EventRow {
        EventRow { target: target.to_owned(), ..EventRow::default() }
    }

    #[test]
    fn a_spreadsheet_finds_no_formula() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "＝1"] {
            assert_eq!(row(formula).harmless().target, format!("'{formula}"));
        }
        for (written, read) in
            [("\t=1", "'\t'=1"), ("\r=1", "'\r'=1"), ("\0=1", "'\0=1"), (" =1", " '=1"), ("\"=1", "\"'=1")]
        {
            assert_eq!(row(written).harmless().target, read);
        }
        for text in ["ann", "a=b", "2026-11-27", "a, -b", "ann@example.com; bob@example.com", "a - b"] {
            assert_eq!(row(text).harmless().target, text);
        }
    }

    /// Split as spreadsheets of several locales would.
    #[test]
    fn no_cell_begins_a_formula_wherever_a_spreadsheet_divides() {
        let rows = [
            "b;=1+1",
            "b;\"=1+1\"",
            "b\t@SUM(A1)",
            "b\n=1+1",
            "b\r\n;+1",
            "b|-1",
            "b; =1+1",
            "b;;=1+1",
            "=1;=1",
        ];
        let csv = csv_of(rows.into_iter().map(row), true);
        let text = String::from_utf8(csv).expect("text");
        for divider in [b',', b';', b'\t', b'|'] {
            for quoting in [true, false] {
                let mut cells = csv::ReaderBuilder::new()
                    .has_headers(false)
                    .flexible(true)
                    .delimiter(divider)
                    .quoting(quoting)
                    .from_reader(text.as_bytes());
                for cell in cells
                    .records()
                    .flat_map(|row| row.expect("a row").iter().map(str::to_owned).collect::<Vec<_>>())
                {
                    let begins = cell.trim_start_matches([' ', '"']);
                    assert!(!begins.starts_with(['=', '+', '-', '@']), "{cell:?} of {text}");
                }
            }
        }
    }

    #[test]
    fn an_empty_export_has_the_headings_of_the_fields() {
        let mut csv = csv::Writer::from_writer(Vec::new());
        csv.serialize(row("ann")).expect("a row");
        let full = csv.into_inner().expect("memory");
        let headings = csv_of(std::iter::empty(), true);
        assert!(full.starts_with(&headings), "{}", String::from_utf8_lossy(&full));
    }
}
