//! Error pages.

use leptos::prelude::*;

use crate::{
    actions::support::{answer_with, handed_over, path},
    domain::{
        error_kind::ErrorKind,
        paths::{self, is_administrators},
    },
    ui::{components::Problem, layout::Page},
    usecases::UseCaseError,
};

/// Request extension: why the server refused a request before any page or action.
#[derive(Clone, Debug)]
pub struct Refusal {
    pub status: u16,
    pub title: &'static str,
    pub text: String,
}

/// The page for unknown URLs, and for requests that the server refused.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    if let Some(Refusal { status, title, text }) = handed_over() {
        return problem(status, title, text);
    }
    // Depends on the path alone, so it does not reveal what exists.
    let helper = if is_administrators(&path()) {
        "an administrator of this server"
    } else {
        "an Owner of the group to add you"
    };
    let kind = ErrorKind::NotFound;
    let text = format!(
        "There is nothing at this address, or you may not see it. Check the address, or ask {helper}."
    );
    problem(kind.status(), kind.heading(), text)
}

/// The error page, and status, for an error of a use case.
pub(super) fn view_of(error: &UseCaseError) -> AnyView {
    let kind = error.kind_at_a_page();
    let text = match (kind, error) {
        (ErrorKind::NotFound, _) => return view! { <NotFoundPage /> }.into_any(),
        (_, UseCaseError::Denied(denial)) => format!("{denial} {}", denial.way_on()),
        (ErrorKind::Internal, _) => {
            tracing::error!(%error, "page failed");
            String::from(
                "Nothing was changed. Try again in a moment; if it persists, tell the operator of this server.",
            )
        }
        _ if kind.is_passing() => {
            tracing::warn!(%error, "page not loaded");
            String::from("Nothing was changed. Try again in a moment.")
        }
        _ => error.to_string(),
    };
    problem(kind.status(), kind.heading(), text)
}

/// An error page with this status.
pub(super) fn problem(status: u16, title: &'static str, text: impl Into<String>) -> AnyView {
    answer_with(status);
    let text = text.into();
    view! {
        <Page title>
            <Problem status title text>
                <a class="button" href=paths::HOME>"Your groups"</a>
            </Problem>
        </Page>
    }
    .into_any()
}
