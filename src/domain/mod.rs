//! Pure rules: no async, no SQL, no HTTP, no clock, no randomness, no environment.
//!
//! Everything that is true without a database, a browser or a clock lives here, so each rule can be
//! read, tested and explained alone. Compiled for the server and for the browser.

pub mod access;
pub mod actor;
pub mod audit;
pub mod audit_chain;
pub mod audit_kind;
pub mod audit_query;
pub mod audit_sentence;
pub mod audit_words;
pub mod availability;
pub mod change;
pub mod chat_user;
pub mod chatops;
pub mod code_review;
pub mod consent;
pub mod deployed;
pub mod effect;
pub mod email;
pub mod environment;
pub mod error_kind;
pub mod escape;
pub mod feature;
pub mod flow_version;
pub mod flows;
pub mod group_map;
pub mod identity;
pub mod ids;
pub mod job;
pub(crate) mod keyed;
pub mod moment;
pub mod namespace;
pub mod orbit;
pub mod password;
pub mod paths;
pub mod preferences;
pub mod role;
pub mod sealed_row;
pub mod stored;
pub mod throttle;
pub mod time;
pub mod token;
pub mod told_change;
pub mod user;
pub mod user_agent;
pub mod visible;
pub mod wording;
