//! What people see. Pages and components are rendered by the server alone; only the islands reach
//! the browser.

pub mod islands;

#[cfg(feature = "ssr")]
mod app;
#[cfg(feature = "ssr")]
mod components;
#[cfg(feature = "ssr")]
mod early;
#[cfg(feature = "ssr")]
mod layout;
#[cfg(feature = "ssr")]
mod pages;

#[cfg(feature = "ssr")]
pub use app::{AssetNames, FormRefused, PAGES, PAGES_BY_NAME, SignInFailed, shell};
#[cfg(feature = "ssr")]
pub use pages::{ApiDocument, DecisionJson, DemoHint, ProviderButton, ProviderSignInFailed, Refusal};
