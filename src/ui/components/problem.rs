//! The error page: not found, forbidden, internal error.

use leptos::prelude::*;

#[component]
pub fn Problem(
    status: u16,
    title: &'static str,
    #[prop(into)] text: String,
    children: Children,
) -> impl IntoView {
    view! {
        <div class="mx-auto max-w-prose py-16 text-center">
            <p class="text-sm font-medium text-muted">{status}</p>
            <h1 class="mt-1 text-2xl font-semibold">{title}</h1>
            <p class="mt-3 text-muted">{text}</p>
            <p class="mt-6 flex flex-wrap justify-center gap-3">{children()}</p>
        </div>
    }
}
