//! Refusals before any page or handler was reached, worded for people.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::Request,
    http::{Extensions, HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{ServerState, pages::render, rest::shortened};
use crate::{
    ui::{NotFoundPage, Refusal},
    usecases::SignedIn,
};

/// The path under which the refusal page is rendered; no route leads there.
const NOWHERE: &str = "/-/refused";

/// What kind of client sent the request, which decides the form of a refusal.
pub(super) struct Requester {
    html: bool,
    signed_in: Option<SignedIn>,
}

impl Requester {
    pub(super) fn by(request: &Request) -> Self {
        Self::of(request.headers(), request.extensions())
    }

    pub(super) fn of(headers: &HeaderMap, extensions: &Extensions) -> Self {
        Self { html: wants_html(headers), signed_in: extensions.get().cloned() }
    }

    /// Whether a browser navigated or posted a form, rather than a script.
    pub(super) const fn is_for_html(&self) -> bool {
        self.html
    }

    /// A page for browsers; one line of text for all others.
    pub(super) async fn refuse(self, state: &Arc<ServerState>, refusal: Refusal) -> Response {
        let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        if !self.html {
            return (status, format!("{}\n", refusal.text)).into_response();
        }
        let mut page = Request::new(Body::empty());
        *page.uri_mut() = NOWHERE.parse().expect("it is an address");
        page.headers_mut().insert(header::ACCEPT, header::HeaderValue::from_static("text/html"));
        page.extensions_mut().insert(refusal);
        if let Some(signed_in) = self.signed_in {
            page.extensions_mut().insert(signed_in);
        }
        let mut response = render(state, page, NotFoundPage).await;
        *response.status_mut() = status;
        response
    }
}

fn wants_html(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).map(|value| String::from_utf8_lossy(value.as_bytes()));
    accept.is_some_and(|accept| accept.contains("text/html"))
}

/// 405 of a path that has no page.
pub(super) fn only_posted() -> Refusal {
    Refusal {
        status: 405,
        title: "Nothing to see here",
        text: String::from("A form posts to this path; it has no page. Go back, or choose a page above."),
    }
}

/// 404.
pub(super) fn no_such_form() -> Refusal {
    Refusal {
        status: 404,
        title: "Page not found",
        text: String::from("There is no such form. Go back, reload the page and try again."),
    }
}

/// 413.
pub(super) fn too_large() -> Refusal {
    Refusal {
        status: 413,
        title: "This is too much",
        text: String::from("A form has at most 64 KiB. Nothing was changed."),
    }
}

/// 413, for a file.
pub(super) fn file_too_large() -> Refusal {
    Refusal {
        text: String::from("A file has at most 20 MiB. Import it in parts. Nothing was changed."),
        ..too_large()
    }
}

/// 401, when the redirect to the sign-in page has no room for the user's input.
pub(super) fn signed_out() -> Refusal {
    Refusal {
        status: 401,
        title: "You are signed out",
        text: String::from(
            "Nothing was changed. Sign in in another tab, come back to this one, go back to the form, and send it again: what you typed is still there.",
        ),
    }
}

/// 400, for a form that none of our pages sends.
pub(super) fn malformed() -> Refusal {
    Refusal {
        status: 400,
        title: "The form was not understood",
        text: String::from("Nothing was changed. Go back, reload the page and try again."),
    }
}

/// 400, for an unknown field: it might have named a target.
pub(super) fn unread(place: &str, name: &str) -> Refusal {
    Refusal {
        text: format!(
            "The {place} says '{}', which nobody reads there. {}",
            shortened(name).escape_debug(),
            malformed().text
        ),
        ..malformed()
    }
}
