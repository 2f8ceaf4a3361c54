//! *Jump to*: a search field that finds pages as the user types. Without JavaScript it is a form that leads
//! to a page of results.

use leptos::{ev, html, prelude::*, task::spawn_local};

use super::text;
use crate::{
    actions::{JumpResult, jump},
    domain::paths,
};

/// The field. `/` and Ctrl-K focus it from anywhere, hydrated or not (`ui/early.rs`).
#[island]
pub fn JumpBox() -> impl IntoView {
    let field = NodeRef::<html::Input>::new();
    let (results, set_results) = signal(Vec::<JumpResult>::new());
    let (asked, set_asked) = signal(0_u32);
    let (open, set_open) = signal(false);

    Effect::new(move |_| {
        let handle = window_event_listener(ev::keydown, move |event| {
            if event.key() == "Escape" {
                set_open.set(false);
            }
        });
        on_cleanup(move || handle.remove());
    });

    let search = move |query: String| {
        let number = asked.get_untracked() + 1;
        set_asked.set(number);
        if query.trim().is_empty() {
            set_open.set(false);
            return;
        }
        spawn_local(async move {
            let found = jump(query).await.unwrap_or_default();
            // Drop a late response to an older query.
            if asked.get_untracked() == number {
                set_results.set(found);
                set_open.set(true);
            }
        });
    };
    // Search for what was typed before hydration.
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            search(field.value());
        }
    });
    view! {
        <form role="search" aria-label="Jump to" method="get" action=paths::JUMP class="relative">
            <input
                node_ref=field
                id="jump"
                type="search"
                name="q"
                aria-label="Jump to"
                placeholder="Jump to… ( / )"
                autocomplete="off"
                aria-keyshortcuts="/ Control+K"
                maxlength="100"
                class="field w-full"
                on:input=move |event| search(event_target_value(&event))
            />
            <p role="status" class="sr-only">
                {text(move || match (open.get(), results.with(Vec::len)) {
                    (false, _) => String::new(),
                    (true, 1) => String::from("1 page found"),
                    (true, count) => format!("{count} pages found"),
                })}
            </p>
            <ul
                class="absolute inset-x-0 top-full z-20 mt-1 max-h-96 overflow-y-auto rounded-md border border-line bg-surface p-1 shadow-lg"
                class:hidden=move || !open.get()
            >
                <li class="px-3 py-2 text-muted" class:hidden=move || !results.with(Vec::is_empty)>"Nothing found."</li>
                {move || {
                    results
                        .get()
                        .into_iter()
                        .map(|it| {
                            view! {
                                <li>
                                    <a href=it.href class="block rounded px-3 py-2 hover:bg-raised">
                                        <span class="block font-medium">{it.label}</span>
                                        <span class="block text-sm text-muted"><bdi>{it.detail}</bdi></span>
                                    </a>
                                </li>
                            }
                        })
                        .collect_view()
                }}
            </ul>
        </form>
    }
}
