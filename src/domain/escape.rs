//! Texts in an address.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// What must not stand as it is in a query's value.
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

/// A query's value, escaped.
pub fn query_value(value: &str) -> String {
    utf8_percent_encode(value, QUERY_VALUE).to_string()
}
