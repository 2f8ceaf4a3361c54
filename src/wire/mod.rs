//! The shapes of the API's answers: what is shown of what the domain and the use cases say. They stand
//! below `server`, because pages show them, too.

pub mod changes;
pub mod code_review;
pub mod consent_wording;
pub mod decision;
pub mod flow;
pub mod flow_version;
pub mod person;
pub mod words;
