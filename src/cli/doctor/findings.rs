//! Results of the checks, with advice.

use serde::Serialize;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Status {
    Ok,
    Warn,
    Fail,
}

/// The result of one check.
#[derive(Debug, Serialize)]
pub(super) struct Finding {
    pub check: &'static str,
    pub status: Status,
    pub found: String,
    /// What to do; `None` if the check passed.
    pub advice: Option<String>,
}

/// The results so far.
#[derive(Default)]
pub(super) struct Findings(pub Vec<Finding>);

impl Findings {
    pub fn ok(&mut self, check: &'static str, found: impl Into<String>) {
        self.0.push(Finding { check, status: Status::Ok, found: found.into(), advice: None });
    }

    pub fn warn(&mut self, check: &'static str, found: impl Into<String>, advice: impl Into<String>) {
        let advice = Some(advice.into());
        self.0.push(Finding { check, status: Status::Warn, found: found.into(), advice });
    }

    pub fn fail(&mut self, check: &'static str, found: impl Into<String>, advice: impl Into<String>) {
        let advice = Some(advice.into());
        self.0.push(Finding { check, status: Status::Fail, found: found.into(), advice });
    }
}
