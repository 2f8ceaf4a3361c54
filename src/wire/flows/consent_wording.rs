//! JSON of the wording of consent.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::flows::wording::Wording;

/// The parts of the dialog in which consent is given.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ConsentWording {
    /// Version and SHA-256 of the text: what a client sends back as `consent.wording`.
    #[schema(example = "1-1d420a02e61f11ee147e4395786857d7f90262edb435aa5c7f51a5cef5f0e393")]
    id: String,
    /// Incremented with each new wording.
    version: u32,
    title: &'static str,
    lead: &'static str,
    changes_heading: &'static str,
    #[schema(value_type = Vec<String>)]
    changes: &'static [&'static str],
    revert_heading: &'static str,
    revert: &'static str,
    /// The label of the button that cancels.
    cancel: &'static str,
    /// The label of the button that gives consent.
    confirm: &'static str,
}

impl From<&Wording> for ConsentWording {
    fn from(wording: &Wording) -> Self {
        Self {
            id: wording.id().to_string(),
            version: wording.version,
            title: wording.title,
            lead: wording.lead,
            changes_heading: wording.changes_heading,
            changes: wording.changes,
            revert_heading: wording.revert_heading,
            revert: wording.revert,
            cancel: wording.cancel,
            confirm: wording.confirm,
        }
    }
}
