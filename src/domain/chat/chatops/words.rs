//! Splits a line into words like a shell, accepting the typographic quotes of chat programs.

/// The words of a line. Quotes group a word and are dropped; in double quotes, `\` escapes the next
/// character.
///
/// # Errors
/// What is wrong with the line, as a sentence.
pub(super) fn split(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut signs = text.chars();
    while let Some(sign) = signs.next() {
        if sign.is_whitespace() {
            words.extend(word.take());
        } else if let Some(quotation) = Quotation::begun_by(sign) {
            quoted(quotation, &mut signs, word.get_or_insert_default())?;
        } else {
            word.get_or_insert_default().push(sign);
        }
    }
    words.extend(word);
    Ok(words)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quotation {
    Single,
    Double,
}

impl Quotation {
    /// Chat programs turn straight quotes into typographic ones.
    const fn begun_by(sign: char) -> Option<Self> {
        match sign {
            '\'' | '‘' | '’' => Some(Self::Single),
            '"' | '“' | '”' => Some(Self::Double),
            _ => None,
        }
    }
}

fn quoted(
    quotation: Quotation,
    signs: &mut impl Iterator<Item = char>,
    word: &mut String,
) -> Result<(), String> {
    while let Some(sign) = signs.next() {
        match sign {
            '\\' if quotation == Quotation::Double => word.extend(signs.next()),
            end if Quotation::begun_by(end) == Some(quotation) => return Ok(()),
            sign => word.push(sign),
        }
    }
    let mark = if quotation == Quotation::Single { '\'' } else { '"' };
    Err(format!("A quotation mark ({mark}) is not closed."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_as_a_shell_cuts_them() {
        for (line, words) in [
            ("", &[][..]),
            ("  a\tb\nc  ", &["a", "b", "c"]),
            (r#"--reason="two words""#, &["--reason=two words"]),
            (r"'a b' c", &["a b", "c"]),
            (r#""say \"no\"" "a\\b""#, &["say \"no\"", "a\\b"]),
            (r"'a\b'", &["a\\b"]),
            ("“it’s” ‘a “b’", &["it’s", "a “b"]),
            (r#""" ''"#, &["", ""]),
            (r#"a"b c"d"#, &["ab cd"]),
            ("日本 é", &["日本", "é"]),
        ] {
            assert_eq!(
                split(line).as_deref(),
                Ok(&words.iter().map(|&it| it.to_owned()).collect::<Vec<_>>()[..]),
                "{line}"
            );
        }
        for line in ["\"", "a 'b", "don't", "\"a\\", "“a‘"] {
            let error = split(line).expect_err(line);
            assert!(error.contains("is not closed"), "{line}: {error}");
        }
    }
}
