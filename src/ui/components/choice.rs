//! A `<select>` of a filter.

use leptos::prelude::*;

use super::Field;

/// `any` is the label of the option that does not filter.
#[component]
pub fn Choice(
    id: &'static str,
    label: &'static str,
    name: &'static str,
    #[prop(optional, into)] any: Option<&'static str>,
    choices: Vec<(&'static str, String, bool)>,
) -> impl IntoView {
    view! {
        <Field id label>
            <select id=id name=name class="field mt-1 w-full">
                {any.map(|any| view! { <option value="">{any}</option> })}
                {choices
                    .into_iter()
                    .map(|(value, text, selected)| {
                        view! { <option value=value selected=selected>{text}</option> }
                    })
                    .collect_view()}
            </select>
        </Field>
    }
}
