//! A dialog that is a state of the page: how it opens without JavaScript.

use leptos::prelude::*;

/// Asks before something is done. `back` leads to the page without it; Escape leads there as well, see
/// `ui/early.rs`. `title_id` is the id of the heading among the children.
#[component]
pub fn Confirm(back: String, title_id: &'static str, buttons: AnyView, children: Children) -> impl IntoView {
    view! {
        <a href=back class="backdrop" tabindex="-1" aria-hidden="true"></a>
        <dialog open class="dialog dialog-page" aria-modal="true" aria-labelledby=title_id>
            <div class="dialog-text">{children()}</div>
            <div class="dialog-buttons">{buttons}</div>
        </dialog>
    }
}
