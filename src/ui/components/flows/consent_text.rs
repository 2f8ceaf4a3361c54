//! The text of the consent dialog, shared by the island and the page without JavaScript.

use leptos::prelude::*;

use crate::domain::flows::wording::Wording;

/// `title_id` is the id of the title, for the dialog's `aria-labelledby`. `note` is additional information
/// that is not part of the wording consented to.
#[component]
pub fn ConsentText(
    wording: &'static Wording,
    title_id: String,
    #[prop(optional_no_strip)] note: Option<String>,
) -> impl IntoView {
    view! {
        <h2 id=title_id>{wording.title}</h2>
        {note.map(|note| view! { <p class="note mt-3">{note}</p> })}
        <p class="mt-3">{wording.lead}</p>
        <p class="mt-4"><strong>{wording.changes_heading}</strong></p>
        <ul class="mt-1 list-disc space-y-1 pl-5">
            {wording.changes.iter().map(|change| view! { <li>{*change}</li> }).collect_view()}
        </ul>
        <p class="mt-4"><strong>{wording.revert_heading}</strong>" "{wording.revert}</p>
    }
}
