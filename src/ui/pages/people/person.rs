//! A person, for administrators: facts, roles and seats, and the forms that change them.

use leptos::prelude::*;

use super::{
    person_forms::{Access, Deletion, EditForm},
    person_note::HandOver,
};
use crate::{
    actions::{accounts::users::SUBJECT, flash::Outcome, query::Query, support::below},
    domain::{
        namespace::GroupPath,
        paths::{self, GroupPage},
        user::UserKind,
    },
    ui::{
        components::{AlertNote, StatusNote, Time, Wrong},
        layout::{Crumb, Nav, Page},
        pages::{Visit, accounts::access_tokens::BotTokens, visit},
    },
    usecases::people::show_person::{MOST_MEMBERSHIPS, Person, PersonsMembership, PersonsSeat, show_person},
};

/// Fields that show their errors themselves.
const FIELDS: [&str; 4] = ["username", "name", "email", "confirmation"];

#[component]
pub fn PersonPage() -> impl IntoView {
    let username = below(paths::ADMIN_PEOPLE);
    let typed = Query::of_page();
    visit(move |visit| async move {
        let person = show_person(&visit.app, &visit.signed_in.caller, &username).await?;
        let outcome = visit.flash_about(SUBJECT).map(|flash| flash.outcome.clone());
        let wrong = match &outcome {
            Some(Outcome::Failed(error)) => Wrong::from(error),
            _ => Wrong::default(),
        };
        let user = person.account.user.clone();
        let crumbs = vec![
            Crumb::link("Administration", paths::ADMIN),
            Crumb::link("People", paths::ADMIN_PEOPLE),
            Crumb::here(user.name.clone()),
        ];
        let is_bot = user.kind == UserKind::Bot;
        let blocked = user.is_blocked();
        Ok(view! {
            <Page title=user.name.clone() crumbs nav=Some(Nav::of_administrators(paths::ADMIN_PEOPLE))>
                <div class="flex flex-wrap items-center gap-2 pt-4">
                    <h1 class="text-2xl font-semibold wrap-anywhere"><bdi>{user.name}</bdi></h1>
                    {blocked.then(|| view! { <span class="badge badge-warning">"Blocked"</span> })}
                    {user.is_admin.then(|| view! { <span class="badge">"Administrator"</span> })}
                    {is_bot.then(|| view! { <span class="badge">"Bot"</span> })}
                </div>
                <p class="wrap-anywhere text-muted">"@"{user.username}</p>
                <Note outcome wrong=wrong.clone() />
                {blocked
                    .then(|| {
                        view! {
                            <p class="note mt-4">
                                "Blocked: they cannot sign in, their tokens are refused, and they get no reviews. Their roles, seats and tokens are kept."
                            </p>
                        }
                    })}
                <Facts visit=visit.clone() person=person.clone() />
                <Memberships memberships=person.memberships.clone() more=person.more_memberships />
                <Seats visit=visit.clone() seats=person.seats.clone() />
                {is_bot
                    .then(|| {
                        let (bot, tokens) = (person.account.user.username.clone(), person.bot_tokens.clone());
                        view! { <BotTokens visit bot tokens query=typed.clone() /> }
                    })}
                <EditForm person=person.clone() typed wrong=wrong.clone() />
                <Access person=person.clone() />
                <Deletion person wrong />
            </Page>
        }
        .into_any())
    })
}

/// The flash of the form that led here.
#[component]
fn Note(outcome: Option<Outcome>, wrong: Wrong) -> impl IntoView {
    let text = match outcome {
        Some(Outcome::Failed(_)) => {
            return match wrong.beyond(&FIELDS) {
                Some(message) => view! { <AlertNote>{message}</AlertNote> }.into_any(),
                None => ().into_any(),
            };
        }
        Some(Outcome::Saved) => view! { "Saved." }.into_any(),
        Some(Outcome::PersonBlocked) => {
            view! { "Blocked. Their sessions have ended, and their tokens are refused." }.into_any()
        }
        Some(Outcome::PersonUnblocked) => {
            view! { "Unblocked. They can sign in again, and their tokens work." }.into_any()
        }
        Some(Outcome::SessionsEnded { count }) => {
            let sessions = if count == 1 { "session has" } else { "sessions have" };
            view! { {format!("{count} {sessions} ended.")} }.into_any()
        }
        Some(Outcome::ResetLinkMade { username, link } | Outcome::PersonCreated { username, link: Some(link) }) => {
            view! { <HandOver username link /> }.into_any()
        }
        Some(Outcome::PersonCreated { link: None, .. }) => {
            view! { "The bot is created. Create its token below, and give it a role in the groups that it asks about." }
                .into_any()
        }
        _ => return ().into_any(),
    };
    view! { <StatusNote>{text}</StatusNote> }.into_any()
}

#[component]
fn Facts(visit: Visit, person: Person) -> impl IntoView {
    let time = |at| view! { <Time moment=visit.moment(at) /> }.into_any();
    let Person { account, sessions, tokens, identities, .. } = person;
    let identities = identities
        .into_iter()
        .map(|(issuer, subject)| view! { <span class="block wrap-anywhere">{subject}" at "{issuer}</span> })
        .collect_view();
    let fact = |name: &'static str, value: AnyView| {
        view! {
            <div class="flex flex-wrap gap-x-4 px-4 py-2">
                <dt class="w-40 text-muted">{name}</dt>
                <dd class="min-w-0 flex-1 wrap-anywhere">{value}</dd>
            </div>
        }
    };
    let linked = !identities.is_empty();
    view! {
        <dl class="card mt-6 divide-y divide-line text-sm">
            {fact("Email address", account.email.unwrap_or_else(|| String::from("none")).into_any())}
            {fact("Last sign-in", account.last_sign_in_at.map_or_else(|| "never".into_any(), &time))}
            {fact("Account since", time(account.created_at))}
            {fact("Open sessions", sessions.to_string().into_any())}
            {fact("Active tokens", tokens.to_string().into_any())}
            {linked.then(|| fact("At the provider", identities.into_any()))}
        </dl>
    }
}

#[component]
fn Memberships(memberships: Vec<PersonsMembership>, more: bool) -> impl IntoView {
    let none = memberships.is_empty();
    let rows = memberships
        .into_iter()
        .map(|it| {
            let address = GroupPath::parse(&it.path).ok().map(|path| GroupPage::Overview.path(&path));
            let ends = it.expires_at.map(|at| format!(", until {}", at.plus_millis(-1).date()));
            view! {
                <li class="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2">
                    <span class="min-w-0 flex-1 basis-52 wrap-anywhere">
                        <a href=address><bdi>{it.name}</bdi></a>
                        <span class="block text-sm text-muted">{it.path}</span>
                    </span>
                    <span class="text-sm"><span class="badge">{it.role.to_string()}</span>" given "{it.source.phrase()}{ends}</span>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="mt-8" aria-labelledby="roles">
            <h2 id="roles" class="text-base font-semibold">"Roles"</h2>
            {if none {
                view! {
                    <p class="mt-2 text-muted">"In no group yet. Roles are given on the members page of a group."</p>
                }
                    .into_any()
            } else {
                view! { <ul class="card mt-3 divide-y divide-line">{rows}</ul> }.into_any()
            }}
            {more.then(|| view! { <p class="mt-2 text-sm text-muted">{format!("The first {MOST_MEMBERSHIPS} are shown.")}</p> })}
        </section>
    }
}

#[component]
fn Seats(visit: Visit, seats: Vec<PersonsSeat>) -> impl IntoView {
    let none = seats.is_empty();
    let rows = seats
        .into_iter()
        .map(|it| {
            let place = it.path.unwrap_or_else(|| String::from("The whole instance"));
            let state = if it.waiting { "Waiting" } else { "Used" };
            view! {
                <li class="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2">
                    <span class="min-w-0 flex-1 basis-52 wrap-anywhere">{place}</span>
                    <span class="text-sm">
                        <span class="badge">{state}</span>" given "{it.source.phrase()}", "<Time moment=visit.moment(it.since) />
                    </span>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="mt-8" aria-labelledby="seats">
            <h2 id="seats" class="text-base font-semibold">"Duo Enterprise seats"</h2>
            {if none {
                view! { <p class="mt-2 text-muted">"None."</p> }.into_any()
            } else {
                view! { <ul class="card mt-3 divide-y divide-line">{rows}</ul> }.into_any()
            }}
        </section>
    }
}
