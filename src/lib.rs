//! Duo Console: a web console and decision service for AI agent flows.
//!
//! The map of the house; `ARCHITECTURE.md` explains the rooms. This file is the only place that says
//! what belongs to which build: `ssr` is the server, `hydrate` the browser.

pub mod actions;
pub mod domain;

#[cfg(feature = "ssr")]
pub mod server;
#[cfg(feature = "ssr")]
pub mod storage;
#[cfg(feature = "ssr")]
pub mod usecases;
