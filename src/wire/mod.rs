//! The shapes of the API's answers: what is shown of what the domain and the use cases say. They stand
//! below `server`, because pages show them, too.

pub mod changes;
pub mod decisions;
pub mod flows;
pub mod person;
pub mod words;
