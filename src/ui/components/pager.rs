//! Pagination links.

use leptos::prelude::*;

/// Links to the previous and the next page, where there are any.
#[component]
pub fn Pager(before: Option<String>, after: Option<String>) -> impl IntoView {
    (before.is_some() || after.is_some()).then(|| {
        view! {
            <nav aria-label="Pages" class="mt-4 flex flex-wrap gap-3">
                {before.map(|href| view! { <a class="button" href=href>"Previous"</a> })}
                {after.map(|href| view! { <a class="button" href=href>"Next"</a> })}
            </nav>
        }
    })
}
