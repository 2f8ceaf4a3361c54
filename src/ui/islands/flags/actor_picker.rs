//! Kind and name of an actor: a user, a group or a project. Suggests names as the user types, and changes
//! the kind when only another kind has the name. Without JavaScript it is a select and a text field with the
//! suggestions that were rendered with the page.

use leptos::{ev, html::Select, prelude::*, task::spawn_local};

use crate::{
    actions::{FoundActor, find_actors},
    domain::flags::TargetKind,
    ui::islands::text,
};

/// `list` is the id of the `<datalist>` rendered with the page, `described_by` that of the error.
#[island]
pub fn ActorPicker(
    kind: String,
    name: String,
    list: String,
    described_by: Option<String>,
    autofocus: bool,
) -> impl IntoView {
    let (found, set_found) = signal(Vec::<FoundActor>::new());
    let (asked, set_asked) = signal(0_u32);
    let select = NodeRef::<Select>::new();
    let search = move |event: ev::Event| {
        let typed = event_target_value(&event);
        let number = asked.get_untracked() + 1;
        set_asked.set(number);
        if typed.trim().is_empty() {
            set_found.set(Vec::new());
            return;
        }
        spawn_local(async move {
            let actors = find_actors(typed.clone()).await.unwrap_or_default();
            // Drop a late response to an older query.
            if asked.get_untracked() != number {
                return;
            }
            let kinds = || actors.iter().filter(|it| it.name == typed).map(|it| &it.kind);
            if let Some(select) = select.get_untracked()
                && let Some(kind) = kinds().next()
                && !kinds().any(|kind| *kind == select.value())
            {
                select.set_value(kind);
            }
            set_found.set(actors);
        });
    };
    let found_list = format!("{list}-found");
    let lists = [list, found_list.clone()];
    let list = text(move || lists[usize::from(!found.with(Vec::is_empty))].clone());
    let kinds = TargetKind::ACTORS
        .into_iter()
        .map(|it| view! { <option value=it.key() selected=it.key() == kind>{it.name()}</option> })
        .collect_view();
    view! {
        <div class="grid gap-3 sm:grid-cols-[8rem_1fr]">
            <div>
                <label for="actor-kind" class="label">"Kind"</label>
                <select id="actor-kind" name="kind" class="field mt-1 w-full" node_ref=select>{kinds}</select>
            </div>
            <div class="min-w-0">
                <label for="actor-name" class="label">"User name or path"</label>
                <input
                    id="actor-name"
                    name="name"
                    list=list
                    class="field mt-1 w-full scroll-mt-8"
                    autofocus=autofocus
                    required
                    maxlength="255"
                    autocomplete="off"
                    autocapitalize="none"
                    spellcheck="false"
                    aria-invalid=described_by.is_some().then_some("true")
                    aria-describedby=described_by
                    value=name
                    on:input=search
                />
            </div>
        </div>
        <datalist id=found_list>
            {move || {
                found
                    .get()
                    .into_iter()
                    .map(|it| view! { <option value=it.name label=it.words></option> })
                    .collect_view()
            }}
        </datalist>
    }
}
