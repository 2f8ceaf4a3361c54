//! Finding people without JavaScript: a button, and links that fill in the form.

use leptos::prelude::*;

/// The button that looks for who was typed so far. It comes after the form's main button, which Enter presses.
#[component]
pub fn FindPeople(action: String) -> impl IntoView {
    let action = format!("{action}#{FOUND}");
    view! {
        <button type="submit" class="button" name="find" value="people" formmethod="get" formaction=action formnovalidate>
            "Find people"
        </button>
    }
}

/// The id of who was found. The address of the answer names it, which gives it the focus.
const FOUND: &str = "found-people";

/// Who was found, by user name and name, each with the address of the form that names them.
#[component]
pub fn FoundPeople(found: Vec<[String; 3]>) -> impl IntoView {
    let words = match found.len() {
        0 => "Nobody whom you may know has that in the name. Try fewer letters.",
        1 => "Found one person:",
        _ => "Found, at most eight:",
    };
    let links = found
        .into_iter()
        .map(|[username, name, href]| {
            view! {
                <li>
                    <a class="link wrap-anywhere" href=href><bdi>{name}</bdi>" (@"<bdi>{username}</bdi>")"</a>
                </li>
            }
        })
        .collect_view();
    view! {
        <div id=FOUND role="status" tabindex="-1" class="mt-3 text-sm outline-none">
            <p>{words}</p>
            <ul class="mt-1 flex flex-wrap gap-x-4 gap-y-1">{links}</ul>
        </div>
    }
}
