//! JSON of foundational flows: state and consent.

pub mod consent_receipt;
pub mod consent_wording;
pub mod flow;
