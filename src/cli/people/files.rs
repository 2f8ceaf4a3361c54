//! `import` and `export`: users, groups, members and seats as CSV.

use std::{
    fmt::Write as _,
    fs,
    io::{self, Read, Write},
    path::PathBuf,
};

use serde::Serialize;

use crate::{
    cli::{
        Failure,
        open::origin,
        output::{Format, Row, print, print_json, print_list, say},
    },
    domain::people::import::{
        format::{ImportKind, MAX_BYTES, Refused},
        plan::PlannedLine,
    },
    usecases::{
        App,
        administrator::Administrator,
        people::import::{
            export_people::PeopleExport,
            import_file::{ImportReport, Mode, import_file},
            read_file::refused_lines,
        },
    },
};

/// How many lines are printed for people.
const SHOWN: usize = 100;

pub(in crate::cli) const AFTER_IMPORT: &str = "\
Without --apply nothing is written: the output shows what each line would do. A file is applied as a
whole: if one line is refused, nothing is. Values that it leaves out stay as they are, and an import
takes back only roles and seats that an import gave. FILE can be - for the standard input.

  users    username,name,email,admin,state,kind
  groups   path,name,kind,tier,duo_enterprise,seats
  members  path,user,role,expires_on,action
  seats    path,user,state,action       (path * is the whole instance)

Exit codes: 0 done, or there is nothing to do; 1 lines were refused, or it failed; 2 not understood.

Examples:
  duo-console import users people.csv
  duo-console import members members.csv --apply
  duo-console import members members.csv --errors wrong.csv --format json";

pub(in crate::cli) const AFTER_EXPORT: &str = "\
Importing the file again changes nothing. Each member is one line: the role that an import gave, or
else the highest role from other sources. Cells that a spreadsheet would run begin with an apostrophe.

Examples:
  duo-console export members > members.csv
  duo-console export users --output users.csv";

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum Kind {
    Users,
    Groups,
    Members,
    Seats,
}

impl From<Kind> for ImportKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Users => Self::Users,
            Kind::Groups => Self::Groups,
            Kind::Members => Self::Members,
            Kind::Seats => Self::Seats,
        }
    }
}

#[derive(Debug, clap::Args)]
pub struct Import {
    /// What the file contains
    #[arg(value_enum)]
    kind: Kind,
    /// The CSV file, or - for the standard input
    file: PathBuf,
    /// Apply the file, rather than only show what it would do
    #[arg(long)]
    apply: bool,
    /// The output: a table, or the whole plan as JSON
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Write refused lines to this file, with the reasons in the first column
    #[arg(long, value_name = "FILE")]
    errors: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub struct Export {
    /// What to export
    #[arg(value_enum)]
    kind: Kind,
    /// Write to this file [default: the standard output]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Serialize)]
struct LineRow(PlannedLine);

impl Row for LineRow {
    const HEADINGS: &'static [&'static str] = &["LINE", "DOES", "WHAT", "CHANGES"];
    const NONE: &'static str = "No line changes anything.";

    fn cells(&self) -> Vec<String> {
        let PlannedLine { line, subject, verb, differences, note } = &self.0;
        let mut changes: Vec<String> = differences
            .iter()
            .map(|it| match (it.before.as_str(), it.after.as_str()) {
                ("", after) => format!("{}: {after}", it.field),
                (before, "") => format!("{}: was {before}", it.field),
                (before, after) => format!("{}: {before} → {after}", it.field),
            })
            .collect();
        if !note.is_empty() {
            changes.push(format!("({note})"));
        }
        vec![line.to_string(), verb.key().to_owned(), subject.clone(), changes.join(", ")]
    }
}

pub(in crate::cli) async fn run_import(app: &App, command: Import) -> Result<(), Failure> {
    let Import { kind, file, apply, format, errors } = command;
    let cannot = |error: io::Error| Failure::refused(format!("Cannot read {}: {error}.", file.display()));
    // One byte more than is allowed is enough to refuse it.
    let limit = MAX_BYTES as u64 + 1;
    let mut content = Vec::new();
    if file.as_os_str() == "-" {
        io::stdin().lock().take(limit).read_to_end(&mut content).map_err(cannot)?;
    } else {
        let opened = fs::File::open(&file).map_err(cannot)?;
        opened.take(limit).read_to_end(&mut content).map_err(cannot)?;
    }
    let operator = Administrator::operator(origin(app));
    let mode = if apply { Mode::Apply } else { Mode::DryRun };
    let report = import_file(app, &operator, kind.into(), &content, mode).await?;
    if let Some(path) = errors.filter(|_| !report.refused.is_empty()) {
        let cannot = |error| Failure::refused(format!("Cannot write {}: {error}.", path.display()));
        fs::write(&path, refused_lines(&content, &report.refused)).map_err(cannot)?;
    }
    if format == Format::Json {
        print_json(&report)?;
    }
    if !report.refused.is_empty() {
        return Err(Failure::refused(in_words(&report.refused)));
    }
    if format == Format::Json { Ok(()) } else { print_report(report) }
}

fn print_report(report: ImportReport) -> Result<(), Failure> {
    let ImportReport { counts, applied, lines, .. } = report;
    let more = lines.len().saturating_sub(SHOWN);
    let rows: Vec<LineRow> = lines.into_iter().take(SHOWN).map(LineRow).collect();
    print_list(Format::Text, &rows)?;
    if more > 0 {
        say(format_args!("And {more} more lines; --format json has all."));
    }
    let outcome = match (applied, counts.changes_something()) {
        (_, false) => "There is nothing to do",
        (true, true) => "Imported",
        (false, true) => "Nothing was written yet; --apply does it",
    };
    Ok(print(format_args!("{outcome}: {counts}."))?)
}

fn in_words(refused: &[Refused]) -> String {
    let count = refused.len();
    let mut text = match count {
        1 => String::from("Nothing was imported. One thing is wrong:"),
        count => format!("Nothing was imported. {count} things are wrong:"),
    };
    for Refused { line, column, value, reason } in refused.iter().take(SHOWN) {
        let _ = write!(text, "\n  line {line}");
        if !column.is_empty() {
            let _ = write!(text, ", {column}");
        }
        if !value.is_empty() {
            let _ = write!(text, " '{}'", value.escape_debug());
        }
        let _ = write!(text, ": {reason}");
    }
    if count > SHOWN {
        let _ = write!(text, "\nAnd {} more; --errors FILE or --format json has all.", count - SHOWN);
    }
    text
}

pub(in crate::cli) async fn run_export(app: &App, command: Export) -> Result<(), Failure> {
    let operator = Administrator::operator(origin(app));
    let mut out: Box<dyn Write> = match &command.output {
        None => Box::new(io::stdout().lock()),
        Some(path) => {
            let cannot = |error| Failure::refused(format!("Cannot write {}: {error}.", path.display()));
            Box::new(fs::File::create(path).map_err(cannot)?)
        }
    };
    let mut export = PeopleExport::new(app.clone(), &operator, command.kind.into());
    while let Some(piece) = export.next().await? {
        out.write_all(&piece)?;
    }
    Ok(out.flush()?)
}
