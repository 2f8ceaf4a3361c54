//! Text that others read: percent-encoding for URLs, and cells that spreadsheets take for text.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// What must be escaped in a value of a query string.
const QUERY_VALUE: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'&')
    .add(b'+')
    .add(b'%')
    .add(b'=')
    .add(b'?')
    .add(b'\'');

/// A percent-encoded value for a query string.
pub fn query_value(value: &str) -> String {
    utf8_percent_encode(value, QUERY_VALUE).to_string()
}

/// Puts an apostrophe before anything that a spreadsheet could evaluate as a formula: at the start, and,
/// since not all spreadsheets split at commas, wherever a cell or row could start. Quotes and spaces before a
/// formula may be stripped when the file is read.
pub fn without_formulas(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut begins = true;
    for (at, c) in text.char_indices() {
        let divides = matches!(c, ';' | '|' | '\t' | '\r' | '\n');
        let computes = matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠');
        if begins && computes || at == 0 && c.is_ascii_control() {
            out.push('\'');
        }
        out.push(c);
        begins = divides || begins && matches!(c, ' ' | '"' | '\'');
    }
    out
}
