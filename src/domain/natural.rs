//! Natural order of names: `team-2` before `team-10`.

use std::fmt::Write as _;

/// A key that compares as people sort: without case, and numbers by their value.
pub fn natural_key(text: &str) -> String {
    let mut key = String::with_capacity(text.len() + 4);
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if digits == 0 {
            // Sorts before whatever a name may contain, so that a group comes right before what is below it.
            key.extend(if first == '/' { '\u{1}' } else { first }.to_lowercase());
            rest = &rest[first.len_utf8()..];
        } else {
            let number = rest[..digits].trim_start_matches('0');
            // The length first: of two numbers without zeros in front, the longer is greater.
            key.push(char::from_u32(0x30 + u32::try_from(number.len()).unwrap_or(0).min(9)).unwrap_or('9'));
            if number.len() >= 9 {
                let _ = write!(key, "{:03}", number.len());
            }
            key.push_str(number);
            rest = &rest[digits..];
        }
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_sort_by_value_and_letters_without_case() {
        let sorted = [
            "Acme",
            "acme/b",
            "acme/b/d",
            "acme/b-c",
            "acme-2",
            "acme-10",
            "team",
            "Team 1",
            "team 2",
            "team 010",
            "team 11",
            "team 123456789",
            "team 1234567890",
            "team 12345678901",
            "über",
        ];
        let mut names = sorted;
        names.reverse();
        names.sort_by_key(|name| natural_key(name));
        assert_eq!(names, sorted);
    }
}
