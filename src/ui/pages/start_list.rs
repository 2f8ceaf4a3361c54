//! The steps from an empty server to a first decision, each with its state.

use leptos::prelude::*;

use crate::{
    domain::{
        paths::{self, GroupPage},
        token::Scope,
    },
    usecases::Started,
};

#[component]
pub fn StartList(started: Started) -> impl IntoView {
    let explain =
        started.first_group.as_ref().map(|group| format!("{}#explain", GroupPage::Configuration.path(group)));
    let token = paths::access_tokens_with("review-bot", &[Scope::ReadDecisions.key().to_owned()], "");
    let steps = [
        (
            started.first_group.is_some(),
            "Create a group",
            "A top-level group, with its subscription.",
            Some(paths::NEW_GROUP.to_owned()),
        ),
        (
            started.people,
            "Add people",
            "Each gets a link to set a password, to hand over. Then give them roles in the group.",
            Some(paths::NEW_PERSON.to_owned()),
        ),
        (
            started.seats,
            "Give seats",
            "Holders of a Duo Enterprise seat have GitLab Duo Code Review.",
            Some(paths::ADMIN_SEATS.to_owned()),
        ),
        (
            started.token,
            "Make a token for your review bot",
            "With the scope read_decisions, it asks which engine reviews. A token of yours acts as you, everywhere. For one with a role of its own, create a bot: its page makes tokens.",
            Some(token),
        ),
        (
            started.decided,
            "Try Explain",
            "It says which engine reviews for whom, and why. This step is done when a service has asked for its first decision.",
            explain,
        ),
    ];
    let members = started.first_group.as_ref().map(|group| GroupPage::Members.path(group));
    let mut more = [
        vec![],
        [
            Some((paths::ADMIN_IMPORT.to_owned(), "Import many from a file")),
            members.map(|it| (it, "Give roles")),
        ]
        .into_iter()
        .flatten()
        .collect(),
        vec![],
        vec![(paths::new_person_with(&[("username", "review-bot"), ("bot", "true")]), "Create a bot")],
        vec![],
    ]
    .into_iter();
    let rows = steps
        .into_iter()
        .map(|(done, title, text, href)| {
            let more = more.next().unwrap_or_default();
            let more = more
                .into_iter()
                .map(|(href, words)| view! { <a class="link mr-4 text-sm" href=href>{words}</a> })
                .collect_view();
            let (sign, word) = if done { ("✓", "Done") } else { ("○", "To do") };
            let title = match href {
                Some(href) => view! { <a href=href class="font-medium">{title}</a> }.into_any(),
                None => view! { <span class="font-medium">{title}</span>" (needs a group)" }.into_any(),
            };
            view! {
                <li class="flex items-start gap-3 px-4 py-3">
                    <span class="w-20 shrink-0 text-sm text-muted"><span aria-hidden="true">{sign}" "</span>{word}</span>
                    <span class="min-w-0">{title}<span class="block text-sm text-muted">{text}</span>{more}</span>
                </li>
            }
        })
        .collect_view();
    view! { <ol class="card mt-3 divide-y divide-line" aria-label="Steps">{rows}</ol> }
}
