//! What a page shows when it cannot show itself.

use http::StatusCode;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;

use crate::{
    domain::paths,
    storage::StorageError,
    ui::{components::Problem, layout::Page},
    usecases::UseCaseError,
};

/// For every address that is none.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    problem(
        StatusCode::NOT_FOUND,
        "Page not found",
        "There is nothing at this address, or you may not see it. Check the address, or ask an Owner of the group to add you.",
    )
}

/// The page for a use case that failed, with the status that says so.
pub(super) fn view_of(error: &UseCaseError) -> AnyView {
    match error {
        UseCaseError::NotFound(_) => view! { <NotFoundPage /> }.into_any(),
        UseCaseError::Denied(denial) => problem(
            StatusCode::FORBIDDEN,
            "You may not do this",
            format!("{denial} Ask an Owner of the group."),
        ),
        UseCaseError::Storage(error @ StorageError::Unavailable(_)) => {
            tracing::warn!(%error, "page not loaded");
            problem(
                StatusCode::SERVICE_UNAVAILABLE,
                "The database is busy",
                "Nothing was changed. Try again in a moment.",
            )
        }
        other => {
            tracing::error!(error = %other, "page failed");
            problem(
                StatusCode::INTERNAL_SERVER_ERROR,
                "Something went wrong",
                "Nothing was changed. Try again in a moment; if it stays so, tell whoever runs this server.",
            )
        }
    }
}

fn problem(status: StatusCode, title: &'static str, text: impl Into<String>) -> AnyView {
    expect_context::<ResponseOptions>().set_status(status);
    let text = text.into();
    view! {
        <Page title>
            <Problem status=status.as_u16() title text>
                <a class="button" href=paths::HOME>"Your groups"</a>
            </Problem>
        </Page>
    }
    .into_any()
}
