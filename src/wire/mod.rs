//! The JSON types of the API's responses, made from types of the domain and the use cases. A room below
//! `server`, because pages use them as well.

pub mod changes;
pub mod decisions;
pub mod flows;
pub mod people;
pub mod person;
pub mod words;
