//! Percent-encoding for URLs.

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
