//! What the handlers share.

use leptos::config::LeptosOptions;
use url::Url;

use super::{Provider, assets};
use crate::{actions::cookies::CookiePolicy, ui::AssetNames, usecases::App};

/// What the server is told about itself. Cheap to clone.
#[derive(Clone)]
pub struct ServerState {
    pub app: App,
    pub cookies: CookiePolicy,
    /// How browsers reach the program: scheme, host and port.
    pub origin: String,
    /// How many proxies in front append to `X-Forwarded-For`.
    pub trusted_proxies: usize,
    /// Whether the sign-in page may say the demo password.
    pub demo: bool,
    /// By whom people sign in besides passwords.
    pub provider: Option<Provider>,
    pub(super) assets: AssetNames,
    pub(super) leptos: LeptosOptions,
}

impl ServerState {
    pub fn new(app: App, external_url: &Url, trusted_proxies: usize, demo: bool) -> Self {
        let assets = assets::names();
        // The script and the wasm share one name, which Leptos puts into the pages.
        let leptos = LeptosOptions::builder().output_name(assets.script.clone()).site_pkg_dir("pkg").build();
        Self {
            app,
            cookies: CookiePolicy { secure: external_url.scheme() == "https" },
            origin: external_url.origin().ascii_serialization(),
            trusted_proxies,
            demo,
            provider: None,
            assets,
            leptos,
        }
    }

    /// The same with a provider by which people sign in.
    #[must_use]
    pub fn with_provider(self, provider: Option<Provider>) -> Self {
        Self { provider, ..self }
    }
}
