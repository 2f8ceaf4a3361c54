//! Reminds those who could consent that Code Review is on without.

use leptos::prelude::*;

use crate::{
    domain::{flows::catalogue::CODE_REVIEW, paths::configuration_confirming},
    usecases::front_page::NeedsConsent,
};

/// `primary`: whether its button is the primary one of the page.
#[component]
pub fn ConsentReminder(group: NeedsConsent, primary: bool) -> impl IntoView {
    let words = group.words();
    let namespace = group.facts.namespace;
    let button = if primary { "button button-primary" } else { "button" };
    view! {
        <div class="note mt-4 flex flex-wrap items-center justify-between gap-3">
            <p class="min-w-0 flex-1 basis-72">
                <strong><bdi>{namespace.name.clone()}</bdi></strong>
                " needs a decision: Code Review is on without consent. "{words}
            </p>
            <a class=button href=configuration_confirming(&namespace.path, CODE_REVIEW)>
                "Review and consent" <span class="sr-only">" for "<bdi>{namespace.name}</bdi></span>
            </a>
        </div>
    }
}
