//! Pure rules: no async, no SQL, no HTTP, no clock, no randomness, no environment.
//!
//! Every rule that needs no database, browser or clock is here, so that it can be read, tested and explained
//! alone. Compiled for the server and the browser.

pub mod access;
pub mod accounts;
pub mod actor;
pub mod audit;
pub mod audit_chain;
pub mod audit_kind;
pub mod audit_query;
pub mod audit_sentence;
pub mod audit_words;
pub mod change;
pub mod chat;
pub mod decisions;
pub mod environment;
pub mod error_kind;
pub mod escape;
pub mod field_edit;
pub mod flags;
pub mod flows;
pub mod ids;
pub mod jobs;
pub(crate) mod keyed;
pub mod moment;
pub mod namespace;
pub mod natural;
pub mod paths;
pub mod people;
pub mod preferences;
pub mod role;
pub mod sealed_row;
pub mod settings;
pub mod stored;
pub mod time;
pub mod token;
pub mod user;
pub mod visible;
