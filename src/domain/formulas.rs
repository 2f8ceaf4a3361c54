//! Text for spreadsheets, which take some of it for formulas (CSV injection).

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_like_a_formula_is_text() {
        assert_eq!(without_formulas("=1+1"), "'=1+1");
        assert_eq!(without_formulas("b;@SUM(A1)"), "b;'@SUM(A1)");
        assert_eq!(without_formulas("ann@example.com"), "ann@example.com");
    }
}
