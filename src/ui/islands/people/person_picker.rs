//! The field in which a person is named. Suggests people as the user types: the browser's own combobox, by a
//! `<datalist>`. Without JavaScript it is a text field, and the button of `FindPeople` beside it.

use leptos::{ev, prelude::*, task::spawn_local};

use crate::{
    actions::{FoundPerson, find_people},
    domain::people::seats::split_last_name,
};

/// `group` is where to look, empty for the whole instance. In a field for `several` names the last one is
/// completed. What is wrong takes the focus.
#[island]
pub fn PersonPicker(
    id: String,
    name: String,
    value: String,
    group: String,
    several: bool,
    required: bool,
    is_wrong: bool,
    described_by: Option<String>,
) -> impl IntoView {
    let (found, set_found) = signal(Vec::<FoundPerson>::new());
    let (asked, set_asked) = signal(0_u32);
    let search = move |event: ev::Event| {
        let typed = event_target_value(&event);
        let number = asked.get_untracked() + 1;
        set_asked.set(number);
        let (before, last) = if several { split_last_name(&typed) } else { ("", typed.as_str()) };
        if last.trim().is_empty() {
            set_found.set(Vec::new());
            return;
        }
        let (group, before, last) = (group.clone(), before.to_owned(), last.to_owned());
        spawn_local(async move {
            let mut people = find_people(group, last).await.unwrap_or_default();
            // Drop a late response to an older query.
            if asked.get_untracked() == number {
                // A browser shows only what continues the text of the field.
                for person in &mut people {
                    person.username.insert_str(0, &before);
                    person.name.insert_str(0, &before);
                }
                set_found.set(people);
            }
        });
    };
    let list = format!("{id}-found");
    view! {
        <input
            id=id
            name=name
            list=list.clone()
            class="field mt-1 w-full"
            autocomplete="off"
            autocapitalize="none"
            spellcheck="false"
            required=required
            maxlength=if several { "10000" } else { "255" }
            autofocus=is_wrong
            aria-invalid=is_wrong.then_some("true")
            aria-describedby=described_by
            value=value
            on:input=search
        />
        <datalist id=list>
            {move || {
                found
                    .get()
                    .into_iter()
                    .map(|it| view! { <option value=it.username label=it.name></option> })
                    .collect_view()
            }}
        </datalist>
    }
}
