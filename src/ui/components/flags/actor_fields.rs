//! An actor by kind and name: a user, a group or a project.

use leptos::prelude::*;

use crate::{
    domain::flags::Target,
    ui::{components::AlertNote, islands::ActorPicker},
};

/// `kind` and `name` are what was entered; `wrong` is why that names no actor.
#[component]
pub fn ActorFields(
    kind: String,
    name: String,
    suggestions: Vec<Target>,
    wrong: Option<AnyView>,
    #[prop(optional)] autofocus: bool,
) -> impl IntoView {
    let invalid = wrong.is_some();
    let options = suggestions
        .into_iter()
        .map(|it| view! { <option value=it.name.clone() label=it.words()></option> })
        .collect_view();
    view! {
        <ActorPicker
            kind
            name
            list=String::from("any-actor")
            described_by=invalid.then(|| String::from("actor-wrong"))
            autofocus=autofocus || invalid
        />
        {wrong.map(|wrong| view! { <div id="actor-wrong"><AlertNote>{wrong}</AlertNote></div> })}
        <datalist id="any-actor">{options}</datalist>
    }
}

/// The error, with links that continue with each actor that may have been meant.
#[component]
pub fn WrongActor(message: String, meant: Vec<(String, String)>) -> impl IntoView {
    let links = meant
        .into_iter()
        .map(|(words, href)| view! { <li><a class="link wrap-anywhere" href=href>{words}</a></li> })
        .collect::<Vec<_>>();
    view! {
        <p class="wrap-anywhere">{message}</p>
        {(!links.is_empty())
            .then(|| {
                view! {
                    <p class="mt-2">"Did you mean:"</p>
                    <ul class="mt-1 flex flex-wrap gap-x-4 gap-y-1">{links}</ul>
                }
            })}
    }
}
