//! The consent dialog's wording: the only place for its texts and the price.
//!
//! Consent is given to an exact wording. The confirmation carries the [`WordingId`] that was shown, and the
//! ledger records it. Changing a text changes the hash: give it a new version.

use std::{fmt, sync::OnceLock};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The texts of a consent dialog.
#[derive(Debug, PartialEq, Eq)]
pub struct Wording {
    /// Increases with each new wording; never reused.
    pub version: u32,
    pub title: &'static str,
    pub lead: &'static str,
    pub changes_heading: &'static str,
    pub changes: &'static [&'static str],
    pub revert_heading: &'static str,
    pub revert: &'static str,
    pub cancel: &'static str,
    pub confirm: &'static str,
    /// Of all texts above; cached, as every page with a dialog carries it.
    id: OnceLock<WordingId>,
}

/// The current wording for the Code Review Flow (product brief of epic &22247).
pub static CODE_REVIEW_WORDING: Wording = Wording {
    version: 1,
    title: "Enable GitLab Duo Code Review Flow?",
    lead: "Enabling this will route all Duo Code Reviews in this namespace through the Duo Agent Platform (DAP) instead of GitLab Duo Code Review.",
    changes_heading: "What changes:",
    changes: &[
        "Reviews will run as Code Review Flow, consuming GitLab Credits ($0.25/review).",
        "GitLab Duo Code Review will no longer run for this namespace, regardless of seat assignments.",
    ],
    revert_heading: "To revert:",
    revert: "Uncheck GitLab Duo Code Review Flow in these settings at any time.",
    cancel: "Cancel",
    confirm: "Enable Code Review Flow",
    id: OnceLock::new(),
};

/// What a review of Code Review Flow costs, in cents of GitLab Credits; the wording above says the same.
pub const CENTS_PER_REVIEW: i64 = 25;

/// What this many reviews of Code Review Flow cost: `$103`, or `$103.25`.
pub fn cost(reviews: i64) -> String {
    let cents = reviews.saturating_mul(CENTS_PER_REVIEW);
    match (cents / 100, cents % 100) {
        (dollars, 0) => format!("${dollars}"),
        (dollars, cents) => format!("${dollars}.{cents:02}"),
    }
}

/// Shown below the checkbox while the flow is on and consented.
pub const ACTIVE_HELPER_TEXT: &str = "Code Review Flow is active for all users in this namespace. Duo Enterprise seat assignments do not affect which review engine runs.";

/// Identifies a wording: its version, `-`, and the SHA-256 of its text in hex.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WordingId(String);

impl WordingId {
    /// From a form, request or row, unvalidated: it is only compared.
    pub fn from_text(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for WordingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Wording {
    /// The wording of an id; `None` when this release does not have it.
    pub fn find(id: &WordingId) -> Option<&'static Self> {
        Some(&CODE_REVIEW_WORDING).filter(|it| it.id() == *id)
    }

    /// The whole text, one line per field; it is hashed, and shown by the command line.
    pub fn text(&self) -> String {
        let mut lines = vec![self.title, self.lead, self.changes_heading];
        lines.extend(self.changes);
        lines.extend([self.revert_heading, self.revert, self.cancel, self.confirm]);
        lines.join("\n")
    }

    pub fn id(&self) -> WordingId {
        let of_the_text = || {
            let hash = base16ct::lower::encode_string(&Sha256::digest(self.text()));
            WordingId(format!("{}-{hash}", self.version))
        };
        self.id.get_or_init(of_the_text).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_price_is_the_one_that_is_consented_to() {
        assert!(CODE_REVIEW_WORDING.text().contains(&format!("({}/review)", cost(1))));
        assert_eq!([0, 4, 412, 413].map(cost), ["$0", "$1", "$103", "$103.25"]);
    }

    /// Consents refer to this hash: when this fails, the text changed and needs a new version.
    #[test]
    fn the_words_of_version_1_are_what_they_were() {
        assert_eq!(CODE_REVIEW_WORDING.version, 1);
        assert_eq!(
            CODE_REVIEW_WORDING.id().as_str(),
            "1-1d420a02e61f11ee147e4395786857d7f90262edb435aa5c7f51a5cef5f0e393"
        );
    }
}
