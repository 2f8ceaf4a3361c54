//! What the checks found, each with what to do.

use serde::Serialize;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Status {
    Ok,
    Warn,
    Fail,
}

/// What one check found.
#[derive(Debug, Serialize)]
pub(super) struct Finding {
    pub check: &'static str,
    pub status: Status,
    pub found: String,
    /// What to do; `None` when it is well.
    pub advice: Option<String>,
}

/// What was found so far.
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
