//! State shared by the handlers.

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
use crate::{actions::cookies::CookiePolicy, domain::time::Timestamp, ui::Shell, usecases::App};

/// State and configuration of the server.
pub struct ServerState {
    pub app: App,
    pub cookies: CookiePolicy,
    /// The origin of the external URL: scheme, host and port.
    pub origin: String,
    /// How many proxies in front append to `X-Forwarded-For`.
    pub trusted_proxies: usize,
    /// Whether the sign-in page shows the demo password.
    pub demo: bool,
    /// The single sign-on provider, if any.
    pub provider: Option<Provider>,
    /// The secret that signs requests of the chat program; `None` refuses them all.
    pub chat: Option<ChatSecret>,
    /// The bearer token of the metrics; `None` refuses everybody.
    pub metrics_token: Option<MetricsToken>,
    /// Whether traces are collected.
    pub traced: bool,
    pub(super) started: Timestamp,
    pub(super) requests: Requests,
    pub(super) request_ids: RequestIds,
    pub(super) changing: Changing,
    /// Headers of every response.
    pub(super) common_headers: HeaderMap,
    /// Timeouts and rate limits of requests.
    pub limits: Limits,
    /// The document around every page.
    pub(super) shell: Shell,
    /// Renders a page in place where a redirect is not possible. Set by the router.
    pub(super) pages: Router<Arc<Self>>,
}

impl ServerState {
    pub fn new(app: App, external_url: &Url, trusted_proxies: usize, demo: bool) -> Self {
        let assets = assets::names();
        // The script and the wasm share one name, which Leptos writes into the pages.
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
            shell: Shell::new(leptos, assets),
            pages: Router::new(),
        }
    }

    /// With a single sign-on provider.
    #[must_use]
    pub fn with_provider(self, provider: Option<Provider>) -> Self {
        Self { provider, ..self }
    }

    /// With chat commands that are signed with this secret.
    #[must_use]
    pub fn with_chat(self, chat: Option<ChatSecret>) -> Self {
        Self { chat, ..self }
    }

    /// With other limits.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }
}
