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
            "Send each person a link to set a password, then add them to the group.",
            Some(paths::NEW_PERSON.to_owned()),
        ),
        (
            started.seats,
            "Give seats",
            "With a Duo Enterprise seat, people get GitLab Duo Code Review.",
            Some(paths::ADMIN_SEATS.to_owned()),
        ),
        (
            started.token,
            "Create a token for your review bot",
            "With the scope read_decisions, the bot can ask which engine reviews. Your own token acts as you, everywhere; to give the bot its own role, create a bot: its page makes tokens.",
            Some(token),
        ),
        (
            started.decided,
            "Try Explain",
            "See which engine reviews for whom, and why. This step is done once a service has asked for a decision.",
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
                None => view! { <span class="font-medium">{title}</span>" (create a group first)" }.into_any(),
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
