//! A password reset link that was just made, to hand over.

use leptos::prelude::*;

use crate::ui::islands::CopyButton;

/// The link is shown only this once.
#[component]
pub(super) fn HandOver(username: String, link: String) -> impl IntoView {
    view! {
        <p>
            "With this link " <strong>"@"{username}</strong>
            " sets a new password once, within 24 hours. Copy it now: it is not shown again. Send it where only they can read it."
        </p>
        <p class="mt-2 flex flex-wrap items-center gap-3">
            <code class="token break-all">{link.clone()}</code>
            <CopyButton text=link label="Copy link".to_owned() />
        </p>
    }
}
