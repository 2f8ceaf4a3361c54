//! What the handlers of the API share.

use std::{sync::Arc, time::Duration};

use axum::extract::FromRef;

use super::streams::Streams;
use crate::{
    server::{ChatSecret, limits::Limits, rates::Rates},
    usecases::App,
};

pub struct Api {
    pub app: App,
    /// What is left to each token that counts.
    pub tokens: Rates,
    /// What is left to each address that sends none.
    pub addresses: Rates,
    /// What a chat program signs its requests with.
    pub chat: Option<ChatSecret>,
    /// Answers that do not end.
    pub streams: Streams,
    /// How often a stream says that it is still there.
    pub heartbeat: Duration,
}

impl Api {
    pub fn new(app: App, limits: Limits, chat: Option<ChatSecret>) -> Self {
        Self {
            app,
            tokens: Rates::new(limits.api_per_minute),
            addresses: Rates::new(limits.anonymous_per_minute),
            chat,
            streams: Streams::new(limits.streams),
            heartbeat: limits.heartbeat,
        }
    }
}

impl FromRef<Arc<Api>> for App {
    fn from_ref(api: &Arc<Api>) -> Self {
        api.app.clone()
    }
}
