//! What a page shows when it cannot show itself.

use leptos::prelude::*;

use crate::{
    actions::support::{answer_with, handed_over},
    domain::paths,
    ui::{components::Problem, layout::Page},
    usecases::UseCaseError,
};

/// Why the server did not even come to a page or an action.
#[derive(Clone, Debug)]
pub struct Refusal {
    pub status: u16,
    pub title: &'static str,
    pub text: String,
}

/// For every address that is none, and for what the server refused.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    if let Some(Refusal { status, title, text }) = handed_over() {
        return problem(status, title, text);
    }
    problem(
        404,
        "Page not found",
        "There is nothing at this address, or you may not see it. Check the address, or ask an Owner of the group to add you.",
    )
}

/// The page for a use case that failed, with the status that says so.
pub(super) fn view_of(error: &UseCaseError) -> AnyView {
    match error {
        UseCaseError::NotFound(_) => view! { <NotFoundPage /> }.into_any(),
        UseCaseError::Denied(denial) => {
            problem(403, "You may not do this", format!("{denial} {}", denial.way_on()))
        }
        error if error.is_passing() => {
            tracing::warn!(%error, "page not loaded");
            problem(503, "The database is busy", "Nothing was changed. Try again in a moment.")
        }
        other => {
            tracing::error!(error = %other, "page failed");
            problem(
                500,
                "Something went wrong",
                "Nothing was changed. Try again in a moment; if it stays so, tell whoever runs this server.",
            )
        }
    }
}

/// A page that says what is wrong.
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
