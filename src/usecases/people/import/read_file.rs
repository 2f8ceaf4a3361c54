//! Reads a CSV file into lines, and writes the refused ones back for correction.

use std::collections::HashMap;

use crate::domain::people::import::{
    cells,
    format::{ERROR_COLUMN, ImportKind, Line, MAX_BYTES, MAX_LINES, Refused},
};

/// Spreadsheets put it before UTF-8.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// The lines of a file, and what is wrong with it as a whole or with the form of a line. Lines without any
/// content are skipped.
pub fn read_file(kind: ImportKind, file: &[u8]) -> (Vec<Line>, Vec<Refused>) {
    let mut refused = Vec::new();
    let lines = read(kind, file, &mut refused).unwrap_or_default();
    (lines, refused)
}

fn read(kind: ImportKind, file: &[u8], refused: &mut Vec<Refused>) -> Option<Vec<Line>> {
    let mut whole = |line: u64, value: &str, reason: String| {
        refused.push(Refused::new(line, "", value, reason));
        None
    };
    if file.len() > MAX_BYTES {
        return whole(1, "", format!("A file has at most {} MiB. Import it in parts.", MAX_BYTES >> 20));
    }
    let text = match std::str::from_utf8(file) {
        Ok(text) => text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text),
        Err(error) => {
            let line = file[..error.valid_up_to()].split(|it| *it == b'\n').count() as u64;
            return whole(line, "", String::from("The file is not UTF-8. Save it as CSV UTF-8."));
        }
    };
    if let Some(at) = text.find('\0') {
        let line = 1 + text[..at].matches('\n').count() as u64;
        return whole(line, "", String::from("The file has a character NUL, so it is no CSV."));
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(text))
        .from_reader(text.as_bytes());
    let mut records = reader.records();
    let columns = kind.columns();
    let Some(Ok(header)) = records.next() else {
        return whole(1, "", format!("The file is empty. Its first line is: {}", columns.join(",")));
    };
    // The place of each cell among the columns; `None` for one that is not read.
    let mut places = Vec::with_capacity(header.len());
    let before = refused.len();
    for name in &header {
        let name = name.trim().to_ascii_lowercase();
        let place = columns.iter().position(|column| *column == name);
        if place.is_some() && places.contains(&place) {
            refused.push(Refused::new(1, &name, &name, "The column stands there twice."));
        } else if place.is_none() && name != ERROR_COLUMN && !kind.unread().contains(&name.as_str()) {
            let reason = format!("There is no such column. The columns are: {}.", columns.join(", "));
            refused.push(Refused::new(1, "", &name, reason));
        }
        places.push(place);
    }
    for required in kind.required() {
        if !places.iter().flatten().any(|place| columns[*place] == *required) {
            refused.push(Refused::new(1, required, "", "The column is missing in the first line."));
        }
    }
    if refused.len() > before {
        return None;
    }
    let mut lines = Vec::new();
    let mut numbers = LineNumbers::of_text(text);
    for record in records {
        let record = record.ok()?;
        let number = numbers.of(&record);
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if lines.len() == MAX_LINES {
            let reason = format!("A file has at most {MAX_LINES} lines. Import it in parts.");
            refused.push(Refused::new(number, "", "", reason));
            return Some(lines);
        }
        if record.len() != places.len() {
            let reason = format!("The line has {} cells, the first line has {}.", record.len(), places.len());
            refused.push(Refused::new(number, "", record.get(0).unwrap_or_default(), reason));
            continue;
        }
        let mut cells = vec![String::new(); columns.len()];
        for (cell, place) in record.iter().zip(&places) {
            if let Some(place) = place {
                cells::read(cell).trim().clone_into(&mut cells[*place]);
            }
        }
        lines.push(Line { number, cells });
    }
    Some(lines)
}

/// Numbers lines as editors do. The parser's own count lags behind where lines end with CR and LF.
struct LineNumbers<'a> {
    text: &'a [u8],
    at: usize,
    line: u64,
}

impl<'a> LineNumbers<'a> {
    const fn of_text(text: &'a str) -> Self {
        Self { text: text.as_bytes(), at: 0, line: 1 }
    }

    /// The line in which the record begins; records come in their order.
    fn of(&mut self, record: &csv::StringRecord) -> u64 {
        let begin = record.position().map_or(0, csv::Position::byte);
        let begin = usize::try_from(begin).unwrap_or(usize::MAX);
        while let Some(byte) = self.text.get(self.at) {
            let ends = match byte {
                b'\n' => true,
                b'\r' => self.text.get(self.at + 1) != Some(&b'\n'),
                _ => false,
            };
            if self.at >= begin && !matches!(byte, b'\r' | b'\n') {
                break;
            }
            self.line += u64::from(ends);
            self.at += 1;
        }
        self.line
    }
}

/// A semicolon where the first line has one and no comma, as spreadsheets write it in many countries.
fn delimiter(text: &str) -> u8 {
    let header = text.lines().next().unwrap_or_default();
    if header.contains(';') && !header.contains(',') { b';' } else { b',' }
}

/// The refused lines of a file as CSV, as they are in the file, with a column in front that says what is wrong.
pub fn refused_lines(file: &[u8], refused: &[Refused]) -> Vec<u8> {
    let mut reasons: HashMap<u64, Vec<String>> = HashMap::new();
    for Refused { line, column, reason, .. } in refused {
        let text = if column.is_empty() { reason.clone() } else { format!("{column}: {reason}") };
        reasons.entry(*line).or_default().push(text);
    }
    let text = String::from_utf8_lossy(file);
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&text);
    let delimiter = delimiter(text);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let mut out = csv::WriterBuilder::new().flexible(true).delimiter(delimiter).from_writer(Vec::new());
    let mut has_errors = None;
    let mut numbers = LineNumbers::of_text(text);
    for (at, record) in reader.records().map_while(Result::ok).enumerate() {
        let errors = *has_errors.get_or_insert_with(|| {
            record.iter().position(|name| name.trim().eq_ignore_ascii_case(ERROR_COLUMN))
        });
        let line = numbers.of(&record);
        let front = match reasons.remove(&line) {
            // The header is always there.
            None if at > 0 => continue,
            None => ERROR_COLUMN.to_owned(),
            Some(reasons) if at == 0 => format!("{ERROR_COLUMN}: {}", reasons.join(" ")),
            Some(reasons) => reasons.join(" "),
        };
        // Errors of an earlier import give way to those of this one.
        let rest = record.iter().enumerate().filter(|(at, _)| Some(*at) != errors).map(|(_, cell)| cell);
        let cells = std::iter::once(front).chain(rest.map(cells::read)).map(|cell| cells::written(&cell));
        write(&mut out, cells);
    }
    finished(out)
}

const NO_FAILURE: &str = "writing to memory cannot fail";

/// Writes a line to memory.
pub(super) fn write(out: &mut csv::Writer<Vec<u8>>, cells: impl Iterator<Item = String>) {
    out.write_record(cells).expect(NO_FAILURE);
}

/// What was written.
pub(super) fn finished(out: csv::Writer<Vec<u8>>) -> Vec<u8> {
    out.into_inner().expect(NO_FAILURE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(file: &str) -> Result<Vec<Vec<String>>, Vec<(u64, String)>> {
        let (lines, refused) = read_file(ImportKind::Seats, file.as_bytes());
        if refused.is_empty() {
            Ok(lines.into_iter().map(|line| line.cells).collect())
        } else {
            Err(refused.into_iter().map(|it| (it.line, it.reason)).collect())
        }
    }

    #[test]
    fn a_file_is_read_however_a_spreadsheet_wrote_it() {
        let expected: Result<_, Vec<(u64, String)>> =
            Ok(vec![["acme", "ann", "", "set"].map(str::to_owned).to_vec()]);
        for file in [
            "path,user,action\nacme,ann,set\n",
            "\u{feff}path;user;action\r\nacme;ann;set\r\n",
            "Action, USER ,path\nset,\"ann\", acme ",
            "\n\npath,user,action\n,,\n\nacme,ann,set",
            "error,path,user,action\nsomething was wrong,acme,ann,set",
            "path,user,name,since,action\nacme,ann,Ann,2026-06-01T12:00:00Z,set",
        ] {
            assert_eq!(lines(file), expected, "{file:?}");
        }
        let formula = lines("path,user,action\nacme,'-ann,set").expect("lines");
        assert_eq!(formula[0][1], "-ann");
    }

    #[test]
    fn what_is_no_file_of_ours_is_refused_by_line() {
        for (file, line, words) in [
            ("", 1, "empty"),
            ("path,action\nacme,set", 1, "missing"),
            ("path,user,colour\n", 1, "no such column"),
            ("path,user,path\n", 1, "twice"),
            ("path,user\nacme,ann\nacme", 3, "has 1 cells"),
            ("path,user\r\nacme,ann\r\nacme\r\n", 3, "has 1 cells"),
            ("path,user\r\n\r\n\"a\r\nb\",ann\r\nacme\r\n", 5, "has 1 cells"),
            ("path,user\racme,ann\racme\r", 3, "has 1 cells"),
            ("\n\npath,user\n\nacme\n", 5, "has 1 cells"),
            ("path,user\nacme,\0", 2, "NUL"),
        ] {
            let refused = lines(file).expect_err(file);
            assert_eq!(refused[0].0, line, "{file:?}");
            assert!(refused[0].1.contains(words), "{file:?}: {refused:?}");
        }
        let (_, refused) = read_file(ImportKind::Seats, b"path,user\nacme,\xff\n");
        assert_eq!((refused[0].line, refused.len()), (2, 1));
        let many = format!("path,user\n{}", "acme,ann\n".repeat(MAX_LINES + 1));
        let refused = lines(&many).expect_err("too many");
        assert_eq!((refused[0].0, refused.len()), (MAX_LINES as u64 + 2, 1));
        let (_, refused) = read_file(ImportKind::Seats, &vec![b'x'; MAX_BYTES + 1]);
        assert!(refused[0].reason.contains("20 MiB"), "{refused:?}");
    }

    #[test]
    fn refused_lines_can_be_corrected_and_read_again() {
        let file = "path;user;action\nacme;ann;set\nacme;nobody;'=set\n";
        let refused = [Refused::new(3, "user", "nobody", "There is no such user.")];
        let written = refused_lines(file.as_bytes(), &refused);
        let text = String::from_utf8(written).expect("text");
        assert_eq!(text, "error;path;user;action\nuser: There is no such user.;acme;nobody;'=set\n");
        let again = refused_lines(text.as_bytes(), &[Refused::new(2, "", "", "Still wrong.")]);
        assert_eq!(
            String::from_utf8(again).expect("text"),
            "error;path;user;action\nStill wrong.;acme;nobody;'=set\n"
        );
        assert_eq!(lines(&text).expect("lines").len(), 1);
    }
}
