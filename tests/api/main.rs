//! In-process HTTP tests: requests, responses, and the state of the database afterwards.
//!
//! Every response of `/api` is checked against the OpenAPI document (see `document`).

mod accounts;
mod audit;
mod browser;
mod changes;
mod chat;
mod consent;
mod decisions;
mod document;
mod documents;
mod effect;
mod feature_changes;
mod features;
mod flag_pages;
mod flag_surfaces;
mod flow_versions;
mod forms;
mod freeze_pages;
mod front;
mod fuzz;
mod group_pages;
mod headers;
mod input;
mod jobs;
mod limits;
mod logs;
mod ofrep;
mod oidc;
mod operations;
mod pages;
mod provider;
mod providers;
mod reference;
mod roles;
mod room;
mod scan;
mod sign_in;
mod support;
mod tokens;
mod words;
