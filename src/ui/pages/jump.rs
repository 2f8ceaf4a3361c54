//! The results of *Jump to* as a page, for when there is no JavaScript.

use leptos::prelude::*;

use super::visit;
use crate::{actions::query::Query, domain::paths, ui::layout::Page, usecases::jump_to::jump_to};

#[component]
pub fn JumpPage() -> impl IntoView {
    let query: String = Query::of_page().text("q").chars().take(100).collect();
    visit(move |visit| async move {
        let found = jump_to(&visit.app, &visit.signed_in.caller, &query).await?;
        let count = found.len();
        Ok(view! {
            <Page title="Jump to">
                <h1 class="pt-8 text-2xl font-semibold">"Jump to"</h1>
                <form method="get" action=paths::JUMP class="mt-4 flex gap-2">
                    <label for="jump-query" class="sr-only">"Name of a group or page"</label>
                    <input
                        id="jump-query"
                        type="search"
                        name="q"
                        maxlength="100"
                        class="field min-w-0 flex-1"
                        value=query.clone()
                    />
                    <button type="submit" class="button">"Search"</button>
                </form>
                <p role="status" class="mt-4 text-sm text-muted">
                    {match count {
                        0 => String::from("Nothing found. Try a shorter search."),
                        1 => String::from("1 page found"),
                        _ => format!("{count} pages found"),
                    }}
                </p>
                {(count > 0)
                    .then(|| {
                        view! {
                            <ul class="card mt-2 divide-y divide-line">
                                {found
                                    .into_iter()
                                    .map(|it| {
                                        view! {
                                            <li class="px-4 py-3">
                                                <a href=it.href class="font-medium break-words">{it.label}</a>
                                                <span class="block text-sm text-muted"><bdi>{it.detail}</bdi></span>
                                            </li>
                                        }
                                    })
                                    .collect_view()}
                            </ul>
                        }
                    })}
            </Page>
        }
        .into_any())
    })
}
