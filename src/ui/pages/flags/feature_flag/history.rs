//! The history of a flag in an environment, with *Restore*.

use leptos::prelude::*;

use crate::{
    domain::{
        environment::Environment,
        flags::{Edit, Gates},
        paths,
    },
    ui::{components::Time, pages::Visit},
    usecases::flags::flag_history::{HistoryEntry, HistoryPage},
};

/// Maximum length of a set of gates as shown, in characters: gates may name thousands of actors.
const SHOWN: usize = 300;

#[component]
pub(super) fn History(
    visit: Visit,
    flag: String,
    environment: Environment,
    /// The current gates.
    gates: Gates,
    page: HistoryPage,
    /// Whether this is not the first page.
    going_on: bool,
) -> impl IntoView {
    let here = paths::feature_flag(&flag, environment);
    let older = page.older.map(|before| format!("{here}&before={}#history", before.address()));
    let empty = page.entries.is_empty();
    let rows = page
        .entries
        .into_iter()
        .map(|entry| {
            let restore = Edit::Restore(entry.event);
            let can = entry.gates_after.as_ref().is_some_and(|set| *set != gates);
            let restore = can.then(|| {
                let href = paths::feature_flag_changing(&flag, environment, &restore.to_string(), &[]);
                (href, restore.title())
            });
            view! { <Entry visit=visit.clone() entry restore /> }
        })
        .collect_view();
    view! {
        <section id="history" class="card mt-8 p-5" aria-labelledby="history-heading">
            <h2 id="history-heading" class="text-base font-semibold">"History in "{environment.key()}</h2>
            {if empty {
                let nothing = if going_on { "There is nothing older." } else { "Nobody has set it here yet." };
                view! { <p class="mt-1 text-sm text-muted">{nothing}</p> }.into_any()
            } else {
                view! { <ol class="mt-2 divide-y divide-line">{rows}</ol> }.into_any()
            }}
            <p class="mt-3 flex flex-wrap gap-3 empty:hidden">
                {going_on.then(|| view! { <a class="button" href=format!("{here}#history")>"Newest changes"</a> })}
                {older.map(|href| view! { <a class="button" href=href>"Older changes"</a> })}
            </p>
        </section>
    }
}

#[component]
fn Entry(visit: Visit, entry: HistoryEntry, restore: Option<(String, String)>) -> impl IntoView {
    let who = if entry.by_name.is_empty() { entry.by_username.clone() } else { entry.by_name };
    let event = format!("Event {}", entry.event);
    let unreadable = entry.gates_after.is_none();
    let in_the_log = format!("{}?event={}", paths::ADMIN_AUDIT_EVENTS, entry.event);
    view! {
        <li class="flex flex-wrap items-start gap-x-4 gap-y-2 py-3">
            <div class="min-w-0 flex-1 basis-60">
                <p class="text-sm wrap-anywhere">
                    <strong><bdi>{who}</bdi></strong>" (@"{entry.by_username}"), "{entry.surface.phrase()}", "
                    <Time moment=visit.moment(entry.at) />
                </p>
                <dl class="mt-1 grid grid-cols-[auto_1fr] gap-x-3 text-sm">
                    <dt class="text-muted">"Before"</dt>
                    <dd class="wrap-anywhere text-muted">{short(&entry.before)}</dd>
                    <dt class="text-muted">"After"</dt>
                    <dd class="wrap-anywhere">{short(&entry.after)}</dd>
                    {entry
                        .reason
                        .map(|reason| {
                            view! {
                                <dt class="text-muted">"Reason"</dt>
                                <dd class="wrap-anywhere">{reason}</dd>
                            }
                        })}
                </dl>
                {unreadable
                    .then(|| {
                        view! {
                            <p class="mt-1 text-sm text-muted">
                                "This release cannot read which gates were set, so it cannot restore them."
                            </p>
                        }
                    })}
                <p class="mt-1 text-sm">
                    <a class="text-muted underline" href=in_the_log>{event}</a>
                </p>
            </div>
            {restore
                .map(|(href, title)| {
                    view! { <a class="button button-small" href=href aria-label=title>"Restore"</a> }
                })}
        </li>
    }
}

fn short(gates: &str) -> String {
    let shown: String = gates.chars().take(SHOWN).collect();
    if shown.len() < gates.len() { format!("{shown}…") } else { shown }
}
