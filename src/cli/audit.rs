//! `audit`: who changed what, to look at or to take elsewhere.

use std::io::{self, BufWriter, Write};

use serde::Serialize;

use super::{
    Failure,
    output::{Format, Row, print_list},
};
use crate::{
    domain::{audit::AuditEvent, ids::AuditEventId},
    usecases::{App, list_audit_events::list_all},
};

/// How many events an export holds in memory at a time.
const PAGE: i64 = 500;

#[derive(Debug, clap::Subcommand)]
pub enum AuditCommand {
    /// List the latest events, the newest first
    List {
        /// How many at the most
        #[arg(long, value_name = "COUNT", default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=10_000))]
        limit: i64,
        /// As a table or as JSON
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Write all events to stdout, the newest first
    #[command(after_help = "\
Times are UTC. In CSV, what a spreadsheet could take for a formula begins with an apostrophe; NDJSON
has every value as it is.

Examples:
  duo-console audit export --format csv > audit.csv
  duo-console audit export --format ndjson | jq 'select(.kind == \"namespace_consent_given\")'")]
    Export {
        /// The form
        #[arg(long, value_enum)]
        format: ExportFormat,
    },
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum ExportFormat {
    /// Comma-separated, with a line of headings
    Csv,
    /// A JSON object a line
    Ndjson,
}

/// An event as it is printed; every field is there in every event.
#[derive(Serialize)]
struct EventRow {
    id: i64,
    at: String,
    kind: &'static str,
    actor_id: Option<i64>,
    actor_username: String,
    actor_name: String,
    surface: &'static str,
    namespace_id: Option<i64>,
    namespace_path: Option<String>,
    target: String,
    from: String,
    to: String,
    remote_ip: String,
    request_id: String,
}

impl From<AuditEvent> for EventRow {
    fn from(AuditEvent { id, event }: AuditEvent) -> Self {
        Self {
            id: id.0,
            at: event.at.rfc3339(),
            kind: event.kind.key(),
            actor_id: event.actor.id.map(|id| id.0),
            actor_username: event.actor.username,
            actor_name: event.actor.name,
            surface: event.surface.key(),
            namespace_id: event.namespace.as_ref().map(|namespace| namespace.id.0),
            namespace_path: event.namespace.map(|namespace| namespace.path),
            target: event.target,
            from: event.from,
            to: event.to,
            remote_ip: event.remote_ip,
            request_id: event.request_id,
        }
    }
}

impl EventRow {
    /// The same, where it is opened in a spreadsheet. What somebody else wrote must stay text.
    fn harmless(mut self) -> Self {
        let texts = [
            &mut self.actor_username,
            &mut self.actor_name,
            &mut self.target,
            &mut self.from,
            &mut self.to,
            &mut self.remote_ip,
            &mut self.request_id,
        ];
        for text in texts.into_iter().chain(&mut self.namespace_path) {
            if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
                text.insert(0, '\'');
            }
        }
        self
    }
}

impl Row for EventRow {
    const HEADINGS: &'static [&'static str] =
        &["TIME", "WHO", "WHAT", "TARGET", "GROUP", "FROM", "TO", "SURFACE", "REQUEST"];
    const NONE: &'static str = "Nothing has happened yet.";

    fn cells(&self) -> Vec<String> {
        vec![
            self.at.clone(),
            self.actor_username.clone(),
            self.kind.to_owned(),
            self.target.clone(),
            self.namespace_path.clone().unwrap_or_default(),
            self.from.clone(),
            self.to.clone(),
            self.surface.to_owned(),
            self.request_id.clone(),
        ]
    }
}

pub(super) async fn run(app: &App, command: AuditCommand) -> Result<(), Failure> {
    match command {
        AuditCommand::List { limit, format } => {
            let rows: Vec<_> = list_all(app, None, limit).await?.into_iter().map(EventRow::from).collect();
            Ok(print_list(format, &rows)?)
        }
        AuditCommand::Export { format: ExportFormat::Csv } => export_csv(app, io::stdout().lock()).await,
        AuditCommand::Export { format: ExportFormat::Ndjson } => {
            export_ndjson(app, BufWriter::new(io::stdout().lock())).await
        }
    }
}

async fn export_csv(app: &App, out: impl Write) -> Result<(), Failure> {
    let mut csv = csv::Writer::from_writer(out);
    // There may be no events; the headings are there anyway.
    if !for_each_event(app, |row| csv.serialize(row.harmless()).map_err(io_error)).await? {
        csv.write_record(CSV_HEADINGS).map_err(io_error)?;
    }
    Ok(csv.flush()?)
}

async fn export_ndjson(app: &App, mut out: impl Write) -> Result<(), Failure> {
    for_each_event(app, |row| {
        serde_json::to_writer(&mut out, &row)?;
        out.write_all(b"\n")
    })
    .await?;
    Ok(out.flush()?)
}

/// With its kind, which csv's own conversion forgets: a closed pipe has to be known as one.
fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// The fields of [`EventRow`].
const CSV_HEADINGS: [&str; 14] = [
    "id",
    "at",
    "kind",
    "actor_id",
    "actor_username",
    "actor_name",
    "surface",
    "namespace_id",
    "namespace_path",
    "target",
    "from",
    "to",
    "remote_ip",
    "request_id",
];

/// All events, the newest first, a page at a time: what is added meanwhile moves nothing. Whether
/// there were any.
async fn for_each_event(
    app: &App,
    mut write: impl FnMut(EventRow) -> io::Result<()>,
) -> Result<bool, Failure> {
    let mut before: Option<AuditEventId> = None;
    loop {
        let page = list_all(app, before, PAGE).await?;
        let Some(last) = page.last() else { return Ok(before.is_some()) };
        before = Some(last.id);
        for event in page {
            write(event.into())?;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        domain::{
            actor::Surface,
            audit::{AuditActor, AuditKind, NewAuditEvent},
            time::Timestamp,
        },
        server::system::{SystemClock, SystemRandom},
        storage::Storage,
        usecases::Settings,
    };

    fn row(target: &str) -> EventRow {
        EventRow {
            id: 1,
            at: String::new(),
            kind: "signed_in",
            actor_id: None,
            actor_username: String::new(),
            actor_name: String::new(),
            surface: "page",
            namespace_id: None,
            namespace_path: None,
            target: target.to_owned(),
            from: String::new(),
            to: String::new(),
            remote_ip: String::new(),
            request_id: String::new(),
        }
    }

    #[test]
    fn a_spreadsheet_finds_no_formula() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"] {
            assert_eq!(row(formula).harmless().target, format!("'{formula}"));
        }
        assert_eq!(row("ann").harmless().target, "ann");
    }

    /// A place with `count` events.
    async fn app_with(count: i64) -> (tempfile::TempDir, App) {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}", folder.path().join("duo.db").display()).parse().expect("a URL");
        let storage = Storage::open(&url, 2).await.expect("a database");
        let settings = Settings { session_idle_millis: 0, session_absolute_millis: 0 };
        let app = App::new(storage, Arc::new(SystemClock), Arc::new(SystemRandom), settings);
        let mut uow = app.storage.begin().await.expect("a transaction");
        for at in 0..count {
            let event = NewAuditEvent {
                at: Timestamp::from_millis(at),
                kind: AuditKind::SignInFailed,
                actor: AuditActor { id: None, username: "=1+1".into(), name: String::new() },
                surface: Surface::Page,
                namespace: None,
                target: "=1+1".into(),
                from: String::new(),
                to: String::new(),
                remote_ip: String::new(),
                request_id: String::new(),
            };
            uow.audit_log().append(&event).await.expect("an event");
        }
        uow.commit().await.expect("written");
        (folder, app)
    }

    #[tokio::test]
    async fn an_export_has_every_event_once_however_many_pages_there_are() {
        let count = 2 * PAGE + 1;
        let (_folder, app) = app_with(count).await;
        let newest_first: Vec<i64> = (1..=count).rev().collect();

        let mut out = Vec::new();
        export_ndjson(&app, &mut out).await.expect("exported");
        let rows = String::from_utf8(out).expect("text");
        let rows =
            rows.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("an object"));
        let rows: Vec<_> = rows.collect();
        let ids: Vec<i64> = rows.iter().filter_map(|row| row["id"].as_i64()).collect();
        assert_eq!(ids, newest_first);
        assert_eq!(rows[0]["target"], "=1+1");

        let mut out = Vec::new();
        export_csv(&app, &mut out).await.expect("exported");
        let mut rows = csv::Reader::from_reader(out.as_slice());
        let rows: Vec<_> = rows.records().map(|row| row.expect("a row")).collect();
        let ids: Vec<i64> = rows.iter().filter_map(|row| row[0].parse().ok()).collect();
        assert_eq!(ids, newest_first);
        assert!(rows.iter().all(|row| &row[4] == "'=1+1" && &row[9] == "'=1+1"));
    }

    #[tokio::test]
    async fn a_pipe_that_closes_midway_is_known_as_one() {
        struct Closed;
        impl Write for Closed {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let (_folder, app) = app_with(PAGE).await;
        for done in [export_csv(&app, Closed).await, export_ndjson(&app, Closed).await] {
            let Err(Failure::Output(error)) = done else { panic!("{done:?}") };
            assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
        }
    }

    #[test]
    fn an_empty_export_has_the_same_headings() {
        let mut csv = csv::Writer::from_writer(Vec::new());
        csv.serialize(row("ann")).expect("a row");
        let text = String::from_utf8(csv.into_inner().expect("memory")).expect("text");
        assert_eq!(text.lines().next(), Some(CSV_HEADINGS.join(",").as_str()));
    }
}
