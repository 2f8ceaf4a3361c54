//! Duo Console: a web console and decision service for AI agent flows.
//!
//! `ARCHITECTURE.md` explains the rooms, which are the modules below. `ssr` builds the server, `hydrate` the
//! browser part: whole rooms are selected here, parts of `actions` and `ui`, which both builds have, there.

// The type of a view nests as deeply as its page.
#![recursion_limit = "256"]

pub mod actions;
pub mod domain;

#[cfg(feature = "ssr")]
pub mod cli;
#[cfg(feature = "ssr")]
pub mod server;
#[cfg(feature = "ssr")]
pub mod storage;
#[cfg(feature = "ssr")]
pub mod usecases;
#[cfg(feature = "ssr")]
pub mod wire;

pub mod ui;

/// Entry point of the browser build: hydrates the islands one by one.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
