//! The program over HTTP, in process: requests in, answers out, and what the database says after.
//!
//! Every answer of `/api` is held against the API's own document on the way (see `document`).

mod consent;
mod decisions;
mod document;
mod input;
mod roles;
mod support;
mod tokens;
