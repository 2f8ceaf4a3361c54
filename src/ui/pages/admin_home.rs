//! *Administration*: what needs attention, how far the set-up is, and the state of the server.

use leptos::prelude::*;

use super::{Visit, start_list::StartList, visit};
use crate::{
    domain::paths,
    ui::{
        components::Time,
        layout::{Crumb, Nav, Page},
    },
    usecases::admin_home::{Health, admin_home},
};

/// A card: its heading, its number, what that means, and where it leads.
struct Card {
    heading: &'static str,
    count: usize,
    /// Whether something is to be done about it.
    needs_you: bool,
    words: String,
    href: String,
    link: &'static str,
}

/// `one` or `many` after the number.
fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

#[component]
pub fn AdminHomePage() -> impl IntoView {
    visit(move |visit| async move {
        let home = admin_home(&visit.app, &visit.signed_in.caller).await?;
        let without = usize::try_from(home.without_consent).unwrap_or(0);
        let frozen: Vec<_> = home.freezes.iter().map(|(environment, _)| environment.key()).collect();
        let jobs = home.failed_jobs + home.failing_jobs;
        let cards = [
            Card {
                heading: "Groups without consent",
                count: without,
                needs_you: without > 0,
                words: match without {
                    0 => String::from("Code Review is not on anywhere without consent."),
                    _ => String::from("Code Review is on without consent. An Owner must decide."),
                },
                href: format!("{}?state=missing", paths::ADMIN_CONSENTS),
                link: "Show groups",
            },
            Card {
                heading: "Change freezes",
                count: frozen.len(),
                needs_you: !frozen.is_empty(),
                words: if frozen.is_empty() {
                    String::from("Flags can be changed in every environment.")
                } else {
                    format!("Flags cannot be changed in {}.", frozen.join(", "))
                },
                href: paths::ADMIN_FEATURE_FLAGS.to_owned(),
                link: "Show freezes",
            },
            Card {
                heading: "Scheduled changes",
                count: home.scheduled_changes,
                needs_you: false,
                words: format!(
                    "{} of flags to be made later.",
                    if home.scheduled_changes == 1 { "Change" } else { "Changes" }
                ),
                href: paths::ADMIN_JOBS.to_owned(),
                link: "Show scheduled changes",
            },
            Card {
                heading: "Stale flags",
                count: home.stale_flags,
                needs_you: home.stale_flags > 0,
                words: if home.stale_flags == 0 {
                    String::from("No stale flags.")
                } else {
                    String::from("Expired, or on for everyone for a long time. Remove them from the code.")
                },
                href: format!("{}?age=stale", paths::ADMIN_FEATURE_FLAGS),
                link: "Show flags",
            },
            Card {
                heading: "Failed jobs",
                count: jobs,
                needs_you: jobs > 0,
                words: format!(
                    "{} abandoned recently; {} retried.",
                    counted(home.failed_jobs, "was", "were"),
                    counted(home.failing_jobs, "is being", "are being"),
                ),
                href: paths::ADMIN_JOBS.to_owned(),
                link: "Show jobs",
            },
        ];
        let started = home.started.clone();
        let is_set_up = started.first_group.is_some()
            && started.people
            && started.seats
            && started.token
            && started.decided;
        let cards = cards.into_iter().map(|card| view! { <AttentionCard card /> }).collect_view();
        Ok(view! {
            <Page
                title="Administration"
                crumbs=vec![Crumb::here("Administration")]
                nav=Some(Nav::of_administrators(paths::ADMIN))
            >
                <h1 class="pt-4 text-2xl font-semibold">"Administration"</h1>
                {(!is_set_up)
                    .then(|| {
                        view! {
                            <section class="mt-6" aria-labelledby="start">
                                <h2 id="start" class="text-base font-semibold">"Set up this server"</h2>
                                <StartList started />
                            </section>
                        }
                    })}
                <section class="mt-6" aria-labelledby="attention">
                    <h2 id="attention" class="text-base font-semibold">"What needs attention"</h2>
                    <ul class="mt-3 grid gap-4 sm:grid-cols-2 lg:grid-cols-3">{cards}</ul>
                </section>
                <HealthSection visit=visit.clone() health=home.health />
            </Page>
        }
        .into_any())
    })
}

#[component]
fn AttentionCard(card: Card) -> impl IntoView {
    let Card { heading, count, needs_you, words, href, link } = card;
    view! {
        <li class="card flex flex-col p-4">
            <h3 class="text-sm font-medium text-muted">{heading}</h3>
            <p class="mt-1 flex items-center gap-3">
                <span class="text-2xl font-semibold tabular-nums">{count}</span>
                {needs_you.then(|| view! { <span class="badge badge-warning"><span aria-hidden="true">"! "</span>"Needs attention"</span> })}
            </p>
            <p class="mt-1 flex-1 text-sm">{words}</p>
            <p class="mt-2 text-sm"><a href=href aria-label=format!("{link}: {heading}")>{link}</a></p>
        </li>
    }
}

#[component]
fn HealthSection(visit: Visit, health: Health) -> impl IntoView {
    let migrations = if health.missing_migrations.is_empty() {
        format!("All applied, up to {}", health.schema_version)
    } else {
        let missing: Vec<_> = health.missing_migrations.iter().map(i64::to_string).collect();
        format!("Missing or different: {}. Run duo-console doctor.", missing.join(", "))
    };
    let workers = match health.overdue_since {
        Some(since) => view! { "Late: a job was due "<Time moment=visit.moment(since) />". Check that a server with workers is running." }.into_any(),
        None => "On time".into_any(),
    };
    let rows: [(&str, AnyView); 5] = [
        ("Version", health.version.into_any()),
        ("Database", format!("{}, connected", health.database).into_any()),
        ("Migrations", migrations.into_any()),
        ("Workers", workers),
        ("Jobs", format!("{} waiting, {} running", health.waiting_jobs, health.running_jobs).into_any()),
    ];
    let rows = rows
        .into_iter()
        .map(|(name, value)| {
            view! {
                <div class="flex flex-wrap justify-between gap-x-4 py-2">
                    <dt>{name}</dt>
                    <dd class="font-medium sm:text-right">{value}</dd>
                </div>
            }
        })
        .collect_view();
    view! {
        <section class="card mt-6 p-5" aria-labelledby="health">
            <h2 id="health" class="text-base font-semibold">"Health"</h2>
            <dl class="mt-2 divide-y divide-line">{rows}</dl>
        </section>
    }
}
