//! Duo Console: a web console and decision service for AI agent flows.
//!
//! The map of the house; `ARCHITECTURE.md` explains the rooms. `ssr` is the server, `hydrate` the
//! browser: whole rooms are told apart here, and in `actions` and `ui`, which both builds have, their parts.

// A view is a type, and a page's is deep.
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

/// Where the browser part begins: the islands are woken one by one from here.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
