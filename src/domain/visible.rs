//! Visible characters. Names must contain some, and none that make one name look like another.

/// Whether `c` is allowed in a name: visible, or needed by the characters around it. No control characters,
/// line separators, bidirectional controls or invisible characters.
pub fn may_stand_in_a_name(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}') && (!is_ignorable(c) || forms_others(c))
}

/// Whether `text` contains any visible character.
pub fn is_seen(text: &str) -> bool {
    let draws = |c: char| {
        let is_blank = c.is_whitespace() || c == '\u{2800}';
        !is_blank && !c.is_control() && !is_ignorable(c)
    };
    text.chars().any(draws)
}

/// Unicode's `Default_Ignorable_Code_Point`: not rendered by itself.
fn is_ignorable(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fff8}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Joiners, needed by Persian, Indic scripts and emoji, and variation selectors, which select a glyph
/// variant, for example in Japanese names.
fn forms_others(c: char) -> bool {
    matches!(
        c,
        '\u{200c}' | '\u{200d}' | '\u{180b}'..='\u{180d}' | '\u{180f}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_no_name() {
        for blank in [
            "",
            " ",
            "\u{200b}",
            "\u{200d}\u{fe0f}",
            "\u{3164}",
            "\u{2800}\u{3000}",
            "\u{ad}",
            "\u{e0041}",
            "\u{feff}",
        ] {
            assert!(!is_seen(blank), "{blank:?}");
        }
        for seen in ["a", "שרה", "می\u{200c}خواهم", "葛\u{e0100}城", "👩\u{200d}🚀", "\u{200b}a", "١"]
        {
            assert!(is_seen(seen), "{seen:?}");
        }
    }

    #[test]
    fn what_hides_or_turns_a_name_may_not_stand_in_one() {
        for c in [
            '\0',
            '\n',
            '\u{2028}',
            '\u{200b}',
            '\u{2060}',
            '\u{feff}',
            '\u{ad}',
            '\u{3164}',
            '\u{e0061}',
            '\u{202e}',
            '\u{61c}',
        ] {
            assert!(!may_stand_in_a_name(c), "{c:?}");
        }
        for name in [
            "Ann Lee",
            "شیرین\u{200c}گل",
            "葛\u{e0100}城",
            "👩\u{200d}🚀",
            "❤\u{fe0f}",
            "Zoe\u{308}",
            "สมชาย",
            "O’Neil",
        ] {
            assert!(name.chars().all(may_stand_in_a_name), "{name}");
        }
    }
}
