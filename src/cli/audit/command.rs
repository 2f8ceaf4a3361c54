//! `audit`: lists, exports and verifies the audit log.

use serde::Serialize;
use std::io::{self, Write};

use crate::{
    cli::{
        Failure,
        output::{Format, Row, print_list},
    },
    domain::audit_chain::{ChainPoint, Fault, RowId},
    storage::AuditFilter,
    usecases::{
        App,
        audit::{
            export_audit_events::{self, AuditExport, EventRow},
            list_audit_events::list_latest,
            verify_audit::{Verified, verify_audit},
        },
    },
};

#[derive(Debug, clap::Subcommand)]
pub enum AuditCommand {
    /// List the latest events, newest first
    List {
        /// At most this many
        #[arg(long, value_name = "COUNT", default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=10_000))]
        limit: i64,
        /// The output: a table or JSON
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Write all events to stdout, newest first
    #[command(after_help = "\
Times are UTC. In CSV, an apostrophe precedes values that a spreadsheet could take for a formula;
NDJSON has unmodified values.

Examples:
  duo-console audit export --format csv > audit.csv
  duo-console audit export --format ndjson | jq 'select(.kind == \"namespace_consent_given\")'")]
    Export {
        /// The format
        #[arg(long, value_enum)]
        format: ExportFormat,
    },
    /// Verify that no event and no consent was removed, altered or inserted outside of the program
    #[command(after_help = "\
Lists every row that is not as the program wrote it; the exit code is then 1. Servers may keep running.
The last line is the end of the hash chain: note it elsewhere. Whoever can write to the database could
rebuild the whole chain; comparing it with a point noted earlier reveals that.

Examples:
  duo-console audit verify
  duo-console audit verify --expect 1204:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    Verify {
        /// An earlier end of the chain, as noted then; repeatable
        #[arg(long, value_name = "POSITION:HASH", value_parser = parse_point)]
        expect: Vec<ChainPoint>,
        /// The output: lines for people or JSON
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
}

fn parse_point(text: &str) -> Result<ChainPoint, &'static str> {
    ChainPoint::parse(text)
        .ok_or("write a position, a colon and a hash of 64 digits, as `audit verify` prints them")
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum ExportFormat {
    /// Comma-separated, with a header row
    Csv,
    /// A JSON object per line
    Ndjson,
}

impl From<ExportFormat> for export_audit_events::ExportFormat {
    fn from(format: ExportFormat) -> Self {
        match format {
            ExportFormat::Csv => Self::Csv,
            ExportFormat::Ndjson => Self::Ndjson,
        }
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
            self.kind.clone(),
            self.target.clone(),
            self.namespace_path.clone().unwrap_or_default(),
            self.from.clone(),
            self.to.clone(),
            self.surface.clone(),
            self.request_id.clone(),
        ]
    }
}

pub(in crate::cli) async fn run(app: &App, command: AuditCommand) -> Result<(), Failure> {
    match command {
        AuditCommand::List { limit, format } => {
            let rows: Vec<_> = list_latest(app, limit).await?.into_iter().map(EventRow::from).collect();
            Ok(print_list(format, &rows)?)
        }
        AuditCommand::Export { format } => export(app, format, io::stdout().lock()).await,
        AuditCommand::Verify { expect, format: Format::Text } => {
            verify_as_text(app, &expect, io::stdout().lock()).await
        }
        AuditCommand::Verify { expect, format: Format::Json } => {
            verify_as_json(app, &expect, io::stdout().lock()).await
        }
    }
}

async fn export(app: &App, format: ExportFormat, mut out: impl Write) -> Result<(), Failure> {
    let mut export = AuditExport::new(app.clone(), AuditFilter::default(), format.into());
    while let Some(piece) = export.next().await? {
        out.write_all(&piece)?;
    }
    Ok(out.flush()?)
}

async fn verify_as_text(app: &App, noted: &[ChainPoint], mut out: impl Write) -> Result<(), Failure> {
    let mut written = Ok(());
    let verified = verify_audit(app, noted, |fault| {
        if written.is_ok() {
            written = writeln!(out, "{fault}");
        }
    })
    .await?;
    written?;
    writeln!(out, "{} entries of the audit chain checked; it ends at {}", verified.checked, verified.end)?;
    out.flush()?;
    outcome(&verified)
}

/// A fault in JSON.
#[derive(Serialize)]
struct FaultRow {
    fault: &'static str,
    table: Option<&'static str>,
    id: Option<i64>,
    position: Option<i64>,
    message: String,
}

impl From<Fault> for FaultRow {
    fn from(fault: Fault) -> Self {
        Self {
            fault: fault.key(),
            table: fault.row().map(RowId::table),
            id: fault.row().map(RowId::number),
            position: fault.position(),
            message: fault.to_string(),
        }
    }
}

/// Writes one object, fault by fault: there may be as many faults as events.
async fn verify_as_json(app: &App, noted: &[ChainPoint], mut out: impl Write) -> Result<(), Failure> {
    write!(out, "{{\n  \"faults\": [")?;
    let mut written = Ok(());
    let mut comma = "";
    let verified = verify_audit(app, noted, |fault| {
        if written.is_ok() {
            written = serde_json::to_string(&FaultRow::from(fault))
                .map_err(io::Error::from)
                .and_then(|fault| write!(out, "{comma}\n    {fault}"));
            comma = ",";
        }
    })
    .await?;
    written?;
    let hash = verified.end.hash.as_str();
    writeln!(
        out,
        "\n  ],\n  \"intact\": {},\n  \"checked\": {},\n  \"end\": {}\n}}",
        verified.faults == 0,
        verified.checked,
        serde_json::json!({ "position": verified.end.position, "hash": hash })
    )?;
    out.flush()?;
    outcome(&verified)
}

fn outcome(verified: &Verified) -> Result<(), Failure> {
    match verified.faults {
        0 => Ok(()),
        1 => Err(Failure::refused("One thing is not as the program wrote it.")),
        faults => Err(Failure::refused(format!("{faults} things are not as the program wrote them."))),
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
            environment::Environment,
            time::Timestamp,
        },
        server::system::{SystemClock, SystemRandom},
        storage::Storage,
        usecases::Settings,
    };

    /// A database with `count` events.
    async fn app_with(count: i64) -> (tempfile::TempDir, App) {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}", folder.path().join("duo.db").display()).parse().expect("a URL");
        let storage = Storage::open(&url, 2).await.expect("a database");
        let settings = Settings {
            session_idle_millis: 0,
            session_absolute_millis: 0,
            fresh_sign_in_millis: 0,
            environment: Environment::Production,
        };
        let app = App::new(storage, Arc::new(SystemClock), Arc::new(SystemRandom), settings);
        let mut uow = app.storage.begin().await.expect("a transaction");
        for at in 0..count {
            let actor = AuditActor { id: None, username: "=1+1".into(), name: String::new() };
            let at = Timestamp::from_millis(at);
            let event = NewAuditEvent::new(at, AuditKind::SignInFailed, actor, Surface::Page, "=1+1");
            uow.audit_log().append(event);
        }
        uow.commit().await.expect("written");
        (folder, app)
    }

    #[tokio::test]
    async fn an_export_has_every_event_once_however_many_pages_there_are() {
        let count = 1001;
        let (_folder, app) = app_with(count).await;
        let newest_first: Vec<i64> = (1..=count).rev().collect();

        let mut out = Vec::new();
        export(&app, ExportFormat::Ndjson, &mut out).await.expect("exported");
        let rows = String::from_utf8(out).expect("text");
        let rows =
            rows.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("an object"));
        let rows: Vec<_> = rows.collect();
        let ids: Vec<i64> = rows.iter().filter_map(|row| row["id"].as_i64()).collect();
        assert_eq!(ids, newest_first);
        assert_eq!(rows[0]["target"], "=1+1");

        let mut out = Vec::new();
        export(&app, ExportFormat::Csv, &mut out).await.expect("exported");
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
        let (_folder, app) = app_with(500).await;
        for format in [ExportFormat::Csv, ExportFormat::Ndjson] {
            let done = export(&app, format, Closed).await;
            let Err(Failure::Output(error)) = done else { panic!("{done:?}") };
            assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
        }
    }
}
