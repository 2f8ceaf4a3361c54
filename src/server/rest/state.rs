//! State shared by the handlers of the API.

use std::{sync::Arc, time::Duration};

use axum::extract::FromRef;

use super::streams::Streams;
use crate::{
    server::{ChatSecret, limits::Limits, rates::Rates},
    usecases::App,
};

pub struct Api {
    pub app: App,
    /// The rate limit per valid token.
    pub tokens: Rates,
    /// The rate limit per IP address without a valid token.
    pub addresses: Rates,
    /// The secret that signs requests of the chat program; `None` refuses them all.
    pub chat: Option<ChatSecret>,
    /// Open event streams.
    pub streams: Streams,
    /// Interval of keep-alive comments on event streams.
    pub heartbeat: Duration,
    /// The origin of the external URL, for addresses in answers.
    origin: String,
}

impl Api {
    pub fn new(app: App, limits: Limits, chat: Option<ChatSecret>, origin: String) -> Self {
        Self {
            app,
            tokens: Rates::new(limits.api_per_minute),
            addresses: Rates::new(limits.anonymous_per_minute),
            chat,
            streams: Streams::new(limits.streams),
            heartbeat: limits.heartbeat,
            origin,
        }
    }

    /// The URL of a path of this server.
    pub fn absolute(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }
}

impl FromRef<Arc<Api>> for App {
    fn from_ref(api: &Arc<Api>) -> Self {
        api.app.clone()
    }
}
