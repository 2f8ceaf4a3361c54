//! What the handlers share.

use std::sync::Arc;

use axum::{Router, http::HeaderMap};
use leptos::config::LeptosOptions;
use url::Url;

use super::{
    ChatSecret, Provider, assets,
    changing::Changing,
    headers,
    limits::Limits,
    metrics::{MetricsToken, Requests},
    request_id::RequestIds,
};
use crate::{actions::cookies::CookiePolicy, domain::time::Timestamp, ui::AssetNames, usecases::App};

/// What the server is told about itself.
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
    /// What a chat program signs its requests with; `None` when none may send any.
    pub chat: Option<ChatSecret>,
    /// What opens the metrics; `None` keeps them from everybody.
    pub metrics_token: Option<MetricsToken>,
    /// Whether requests are traced.
    pub traced: bool,
    pub(super) started: Timestamp,
    pub(super) requests: Requests,
    pub(super) request_ids: RequestIds,
    pub(super) changing: Changing,
    /// What every answer has.
    pub(super) common_headers: HeaderMap,
    /// What a request, and whoever sends many, may take.
    pub limits: Limits,
    pub(super) assets: AssetNames,
    pub(super) leptos: LeptosOptions,
    /// What answers for a page where no redirect can lead to it. The router fills it.
    pub(super) pages: Router<Arc<Self>>,
}

impl ServerState {
    pub fn new(app: App, external_url: &Url, trusted_proxies: usize, demo: bool) -> Self {
        let assets = assets::names();
        // The script and the wasm share one name, which Leptos puts into the pages.
        let leptos = LeptosOptions::builder().output_name(assets.script.clone()).site_pkg_dir("pkg").build();
        let secure = external_url.scheme() == "https";
        Self {
            started: app.now(),
            request_ids: RequestIds::new(app.random.secret()),
            common_headers: headers::common_headers(secure),
            cookies: CookiePolicy { secure },
            app,
            origin: external_url.origin().ascii_serialization(),
            trusted_proxies,
            demo,
            provider: None,
            chat: None,
            metrics_token: None,
            traced: false,
            requests: Requests::default(),
            changing: Changing::default(),
            limits: Limits::default(),
            assets,
            leptos,
            pages: Router::new(),
        }
    }

    /// The same with a provider by which people sign in.
    #[must_use]
    pub fn with_provider(self, provider: Option<Provider>) -> Self {
        Self { provider, ..self }
    }

    /// The same with commands from a chat program that signs with this.
    #[must_use]
    pub fn with_chat(self, chat: Option<ChatSecret>) -> Self {
        Self { chat, ..self }
    }

    /// The same with other limits.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }
}
