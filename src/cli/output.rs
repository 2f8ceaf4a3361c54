//! Output of commands: results on stdout, messages on stderr, lists as a table or JSON.

use std::{
    fmt::Display,
    io::{self, Write},
};

use serde::Serialize;

/// The output format of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// A table for people
    #[default]
    Text,
    /// JSON
    Json,
}

/// Prints a result. Fails if stdout is closed, which the caller handles.
pub(super) fn print(text: impl Display) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{text}")?;
    stdout.flush()
}

/// Prints a message. Errors are ignored.
pub(super) fn say(text: impl Display) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// A row of a list. Its serialised fields are the JSON.
pub(super) trait Row: Serialize {
    const HEADINGS: &'static [&'static str];
    /// The message for an empty list.
    const NONE: &'static str;

    /// One cell per heading.
    fn cells(&self) -> Vec<String>;
}

/// Prints a list. An empty table is a message on stderr instead.
pub(super) fn print_list<R: Row>(format: Format, rows: &[R]) -> io::Result<()> {
    match format {
        Format::Json => print_json(rows),
        Format::Text if rows.is_empty() => {
            say(R::NONE);
            Ok(())
        }
        Format::Text => print(table(R::HEADINGS, rows.iter().map(Row::cells))),
    }
}

pub(super) fn print_json<T: Serialize + ?Sized>(value: &T) -> io::Result<()> {
    print(serde_json::to_string_pretty(value)?)
}

/// Columns of equal width, two spaces apart. Control characters are shown as `�`.
fn table(headings: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let headings = headings.iter().map(|&heading| heading.to_owned()).collect();
    let lines: Vec<Vec<String>> = std::iter::once(headings)
        .chain(rows)
        .map(|cells: Vec<String>| cells.iter().map(|cell| plain(cell)).collect())
        .collect();
    let columns = lines.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        lines.iter().filter_map(|cells| cells.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line = |cells: &Vec<String>| {
        let padded: Vec<String> =
            cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        padded.join("  ").trim_end().to_owned()
    };
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn plain(cell: &str) -> String {
    cell.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_what_stands_in_them() {
        let rows = [vec!["ann".to_owned(), "Änn".to_owned()], vec!["bob.the.bot".to_owned(), String::new()]];
        assert_eq!(
            table(&["USER", "NAME"], rows.into_iter()),
            "USER         NAME\nann          Änn\nbob.the.bot"
        );
    }

    #[test]
    fn a_cell_cannot_steer_the_terminal() {
        assert_eq!(table(&["A"], [vec!["\u{1b}[2Jx\ny".to_owned()]].into_iter()), "A\n\u{fffd}[2Jx\u{fffd}y");
    }
}
