//! The words of a consent dialog, the same wherever it opens.

use leptos::prelude::*;

use crate::domain::flows::wording::Wording;

/// `title_id` names the title, so that the dialog can say what it is about. `note` is what there is to
/// know besides, and no part of what is consented to.
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
