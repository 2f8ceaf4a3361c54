//! Texts that a statement looks for.

/// Whether the databases can hold `text`: PostgreSQL has none with a zero in it.
pub(super) fn fits_text(text: &str) -> bool {
    !text.contains('\0')
}

/// A LIKE pattern for "has `text` in it", whatever signs the text has; `None` when nothing has it.
pub(super) fn contains(text: &str) -> Option<String> {
    /// SQLite refuses longer patterns. No path and no name comes near.
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
