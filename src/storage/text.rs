//! Text parameters of SQL statements.

/// Whether both databases can hold `text`: PostgreSQL has no NUL character.
pub(super) fn fits_text(text: &str) -> bool {
    !text.contains('\0')
}

/// A LIKE pattern that matches values containing `text`, with wildcards escaped; `None` when none can match.
///
/// Statements write `LIKE CAST($1 AS TEXT)`: for a parameter alone SQLite would plan the whole statement anew each
/// time, in case that the pattern begins with something to look up in an index.
pub(super) fn contains(text: &str) -> Option<String> {
    /// SQLite rejects longer patterns. No path or name is nearly as long.
    const LONGEST: usize = 50_000;

    let mut pattern = String::from("%");
    for c in text.trim().to_lowercase().chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    (fits_text(text) && pattern.len() <= LONGEST).then_some(pattern)
}

/// Ids as a text to find one in by `',7,'`; `,` for none.
pub(super) fn in_list(ids: &[i64]) -> String {
    ids.iter().fold(String::from(","), |list, id| format!("{list}{id},"))
}
