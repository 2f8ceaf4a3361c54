//! The routes of a capability: its pages, forms and server functions. Each capability has a function
//! `routes`; the router merges them.

use std::sync::Arc;

use axum::{
    Router,
    handler::Handler,
    routing::{MethodRouter, post},
};
use leptos::{prelude::IntoView, server_fn::ServerFn};
use serde::de::DeserializeOwned;

use super::{ServerState, islands, pages};

/// Routes and their paths, which axum's router does not expose.
#[derive(Default)]
pub(super) struct Routes {
    pub router: Router<Arc<ServerState>>,
    pub addresses: Vec<&'static str>,
}

impl Routes {
    /// A page. A trailing slash makes no difference.
    pub fn page<V: IntoView + 'static>(self, address: &'static str, view: fn() -> V) -> Self {
        self.at(address, pages::page(view)).with_slash(address, view)
    }

    /// A page with a form that posts to the page's own path.
    pub fn page_and_form<V, H, T>(self, address: &'static str, view: fn() -> V, form: H) -> Self
    where
        V: IntoView + 'static,
        H: Handler<T, Arc<ServerState>>,
        T: 'static,
    {
        self.at(address, pages::read(view).post(form)).with_slash(address, view)
    }

    /// The target of a form.
    pub fn form<H, T>(self, address: &'static str, form: H) -> Self
    where
        H: Handler<T, Arc<ServerState>>,
        T: 'static,
    {
        self.at(address, post(form))
    }

    /// A server function: called by an island, and the target of its form.
    pub fn island<F>(self) -> Self
    where
        F: ServerFn + DeserializeOwned + Send + 'static,
    {
        self.at(F::PATH, post(islands::call::<F>))
    }

    /// Any other route.
    pub fn at(mut self, address: &'static str, methods: MethodRouter<Arc<ServerState>>) -> Self {
        self.addresses.push(address);
        self.router = self.router.route(address, methods);
        self
    }

    /// Merges the routes of another.
    pub fn and(mut self, other: Self) -> Self {
        self.addresses.extend(other.addresses);
        self.router = self.router.merge(other.router);
        self
    }

    pub fn with_slash<V: IntoView + 'static>(mut self, address: &'static str, view: fn() -> V) -> Self {
        self.router = self.router.route(&format!("{address}/"), pages::page(view));
        self
    }
}
