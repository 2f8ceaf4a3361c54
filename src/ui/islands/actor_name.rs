//! A field for the name of a user, a group or a project, which suggests some while one types. Without
//! JavaScript it is a text field with the suggestions that came with the page.

use leptos::{ev, prelude::*, task::spawn_local};

use super::text;
use crate::actions::{FoundActor, find_actors};

/// `list` is the id of the suggestions that came with the page, `described_by` that of what is wrong.
#[island]
pub fn ActorName(name: String, list: String, described_by: Option<String>, autofocus: bool) -> impl IntoView {
    let (found, set_found) = signal(Vec::<FoundActor>::new());
    let (asked, set_asked) = signal(0_u32);
    let search = move |event: ev::Event| {
        let typed = event_target_value(&event);
        let number = asked.get_untracked() + 1;
        set_asked.set(number);
        if typed.trim().is_empty() {
            set_found.set(Vec::new());
            return;
        }
        spawn_local(async move {
            let actors = find_actors(typed).await.unwrap_or_default();
            // A slower answer to an older question is not shown.
            if asked.get_untracked() == number {
                set_found.set(actors);
            }
        });
    };
    let found_list = format!("{list}-found");
    let lists = [list, found_list.clone()];
    let list = text(move || lists[usize::from(!found.with(Vec::is_empty))].clone());
    view! {
        <input
            id="actor-name"
            name="name"
            list=list
            class="field mt-1 w-full scroll-mt-28"
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
