//! Rules for a new password: long, not common, not the username. No rules about character classes (OWASP ASVS
//! 5, 6.2; NIST SP 800-63B).

use unicode_normalization::UnicodeNormalization;

/// Minimum length in characters.
pub const LEAST: usize = 8;
/// The length that the forms recommend: enough to resist guessing by itself.
pub const RECOMMENDED: usize = 15;
/// Maximum length in characters: enough for any passphrase, and fast to hash.
pub const MOST: usize = 256;

/// One password per line, in lower case; lines that begin with `#` are comments.
const COMMON: &str = include_str!("common_passwords.txt");

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordRuleError {
    #[error("A password has at least {LEAST} and at most {MOST} characters.")]
    Length,
    #[error("Choose another password: this one is among the most common, which are tried first.")]
    Common,
    #[error("Choose another password: besides the user name it needs at least {LEAST} characters.")]
    Name,
}

/// Normalizes `password`, so that it compares equal whatever keyboard or system typed it. RFC 8265
/// (`OpaqueString`) and NIST SP 800-63B-4 ask for NFC; NFKC also folds the full-width letters and digits of
/// input methods.
pub fn normalize(password: &str) -> String {
    // U+1680, the only space that NFKC does not map to U+0020.
    password.nfkc().map(|c| if c == '\u{1680}' { ' ' } else { c }).collect()
}

/// Whether `username` may use `password`.
pub fn check_password(password: &str, username: &str) -> Result<(), PasswordRuleError> {
    let password = normalize(password);
    if !(LEAST..=MOST).contains(&password.chars().count()) {
        return Err(PasswordRuleError::Length);
    }
    let lower = password.to_lowercase();
    if COMMON.lines().any(|common| common == lower) {
        return Err(PasswordRuleError::Common);
    }
    let besides = lower.replace(&username.to_lowercase(), "");
    if besides.chars().count() < LEAST && besides != lower {
        return Err(PasswordRuleError::Name);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(password: &str) -> Result<(), PasswordRuleError> {
        check_password(password, "ann.lee")
    }

    #[test]
    fn passwords_are_long_rather_than_odd() {
        assert_eq!(check("correct horse battery"), Ok(()));
        assert_eq!(check("zwölf äß"), Ok(()), "characters are counted, not bytes");
        assert_eq!(check(&"x".repeat(MOST)), Ok(()));
        assert_eq!(check("seven77"), Err(PasswordRuleError::Length));
        assert_eq!(check(&"x".repeat(MOST + 1)), Err(PasswordRuleError::Length));
        assert_eq!(check(""), Err(PasswordRuleError::Length));
    }

    #[test]
    fn common_passwords_are_refused_whatever_their_case() {
        for common in ["password", "Password1", "12345678", "QWERTYUIOP", "iloveyou"] {
            assert_eq!(check(common), Err(PasswordRuleError::Common), "{common}");
        }
        assert_eq!(COMMON.lines().filter(|line| !line.starts_with('#')).count(), 3000);
        assert!(COMMON.lines().all(|line| line == line.to_lowercase().trim() || line.starts_with('#')));
    }

    #[test]
    fn a_password_is_the_same_whatever_it_was_typed_with() {
        for (typed, same) in [
            ("zwo\u{308}lf a\u{308}pfel", "zwölf äpfel"),
            ("１２３４５６７８", "12345678"),
            ("four\u{a0}words\u{3000}of\u{1680}it", "four words of it"),
            ("한국어", "\u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8}\u{110b}\u{1165}"),
        ] {
            assert_eq!(normalize(typed), normalize(same));
        }
        for text in ["Correct horse", " two  spaces ", "Ünïcödé", "ß", "tab\there"] {
            assert_eq!(normalize(text), text);
        }
    }

    #[test]
    fn a_new_password_is_judged_as_it_will_be_compared() {
        assert_eq!(check("ｐａｓｓｗｏｒｄ"), Err(PasswordRuleError::Common));
        assert_eq!(check("o\u{308}o\u{308}o\u{308}o\u{308}"), Err(PasswordRuleError::Length));
        assert_eq!(check("ａｎｎ.ｌｅｅ２０２６"), Err(PasswordRuleError::Name));
    }

    #[test]
    fn the_user_name_is_no_password() {
        for name in ["ann.lee1", "Ann.Lee-2026", "ann.leeann.lee", "1ann.lee1"] {
            assert_eq!(check(name), Err(PasswordRuleError::Name), "{name}");
        }
        assert_eq!(check("ann.lee rides a horse"), Ok(()), "it may stand in a long one");
        assert_eq!(check_password("x-password-x", ""), Ok(()), "nobody's name");
    }
}
