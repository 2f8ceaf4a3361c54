//! Cells that a spreadsheet would run as a formula: marked with an apostrophe on output, read back without.

/// Puts an apostrophe before whatever a spreadsheet could evaluate: at the start, and, since not all split at
/// commas, wherever a cell or a row could start. An apostrophe in such a place gets one as well, so that
/// [`read`] knows ours from others.
pub fn written(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 1);
    let mut begins = true;
    for c in text.chars() {
        if begins && is_marked(c) {
            out.push('\'');
        }
        out.push(c);
        begins = begins_after(c, begins);
    }
    out
}

/// The opposite of [`written`]. What was not written by it is read as it is, unless an apostrophe stands
/// before a formula.
pub fn read(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut begins = true;
    let mut chars = text.chars().peekable();
    while let Some(mut c) = chars.next() {
        if begins
            && c == '\''
            && let Some(marked) = chars.next_if(|next| is_marked(*next))
        {
            c = marked;
        }
        out.push(c);
        begins = begins_after(c, begins);
    }
    out
}

const fn is_marked(c: char) -> bool {
    matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠' | '\'')
}

const fn begins_after(c: char, begins: bool) -> bool {
    matches!(c, ',' | ';' | '|' | '\t' | '\r' | '\n') || begins && matches!(c, ' ' | '"' | '\'')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_spreadsheet_finds_no_formula() {
        for (text, expected) in [
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("a;=1", "a;'=1"),
            (" -1", " '-1"),
            ("'=1", "'''=1"),
            ("ann@example.com", "ann@example.com"),
            ("2026-06-01", "2026-06-01"),
            ("O'Neil", "O'Neil"),
        ] {
            assert_eq!(written(text), expected);
            assert_eq!(read(&written(text)), text);
        }
        assert_eq!(read("'t Hart"), "'t Hart", "what somebody wrote by hand stays");
    }

    proptest! {
        #[test]
        fn whatever_was_written_is_read_back(text in "[-='\" ;a+@\t]{0,12}|.*") {
            prop_assert_eq!(read(&written(&text)), text);
        }
    }
}
