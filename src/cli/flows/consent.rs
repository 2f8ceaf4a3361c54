//! Consent on the command line: the wording, and the command that gives consent.

use crate::{
    domain::{
        flows::{catalogue::Flow, consent::ConsentError, wording::CODE_REVIEW_WORDING},
        namespace::GroupPath,
    },
    server::config::DatabaseOptions,
};

/// The text of the page's dialog, for the command line.
pub(super) fn ask_for_consent(
    error: ConsentError,
    group: &GroupPath,
    flow: &Flow,
    username: &str,
    database: &DatabaseOptions,
) -> String {
    let why = match error {
        ConsentError::Required => "Nothing was changed: this needs consent to the following words.",
        ConsentError::Outdated => "Nothing was changed: the words are other ones by now. They are:",
    };
    let words = CODE_REVIEW_WORDING.text().replace('\n', "\n  ");
    let id = CODE_REVIEW_WORDING.id();
    let again = format!(
        "{} flow set {group} {} on --as {} --consent-wording {id}{}",
        program(),
        flow.reference,
        quoted(username),
        same_database(database)
    );
    format!(
        "{why}\n\n  {words}\n\nThe id of this wording is {id}.\nTo consent in the name of {username}:\n\n  {again}\n"
    )
}

/// The name under which this program was called.
fn program() -> String {
    let program = std::env::args_os().next().unwrap_or_else(|| "duo-console".into());
    quoted(&program.to_string_lossy())
}

/// The option for the same database. A URL that may contain a password is not repeated.
fn same_database(database: &DatabaseOptions) -> String {
    if database.is_default() {
        String::new()
    } else if database.database_url.starts_with("sqlite:") {
        format!(" --database-url {}", quoted(&database.database_url))
    } else {
        String::from(" --database-url \"$DATABASE_URL\"")
    }
}

/// Quotes an argument for a shell.
fn quoted(word: &str) -> String {
    let harmless = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(harmless) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_back_what_was_quoted() {
        assert_eq!(quoted("sqlite://data/x.db"), "sqlite://data/x.db");
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("it's $HOME"), r"'it'\''s $HOME'");
        assert_eq!(quoted(""), "''");
    }
}
