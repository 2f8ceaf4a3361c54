//! What the handlers of the API share.

use std::sync::Arc;

use axum::extract::FromRef;

use crate::{
    server::{limits::Limits, rates::Rates},
    usecases::App,
};

/// Cheap to clone.
#[derive(Clone)]
pub struct Api {
    pub app: App,
    /// What is left to each token that counts.
    pub tokens: Arc<Rates>,
    /// What is left to each address that sends none.
    pub addresses: Arc<Rates>,
}

impl Api {
    pub fn new(app: App, limits: Limits) -> Self {
        Self {
            app,
            tokens: Arc::new(Rates::new(limits.api_per_minute)),
            addresses: Arc::new(Rates::new(limits.anonymous_per_minute)),
        }
    }
}

impl FromRef<Api> for App {
    fn from_ref(api: &Api) -> Self {
        api.app.clone()
    }
}
