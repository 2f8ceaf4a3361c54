//! *Groups*, the front page: top-level groups at a glance, with what is below folded, and first what needs a
//! decision.

use leptos::prelude::*;

use super::{consent_reminder::ConsentReminder, people::admin_groups::deleted, start_list::StartList, visit};
use crate::{
    actions::{people::groups::SUBJECT, query::Query},
    domain::{
        flows::{
            catalogue::CATALOGUE, code_review::Engine, consent::Consent, consent::FlowState,
            effect::ReviewState,
        },
        namespace::Namespace,
        paths::{self, GroupPage, query_value},
        role::Role,
    },
    ui::{
        components::{OutcomeNote, Pager, Sparkline, Time},
        layout::Page,
        pages::Visit,
    },
    usecases::{
        GroupFound, TopLevelFacts,
        front_page::{
            BELOW_SHOWN, FrontGroup, FrontPage as Front, FrontQuery, Glance, InstanceSeats, SettingsGlance,
            front_page,
        },
    },
};

/// The address with this page and this open group.
fn address(asked: &FrontQuery, page: usize, open: &str) -> String {
    let mut address = format!("{}?page={page}", paths::GROUPS);
    for (name, value) in [("search", asked.search.as_str()), ("open", open)] {
        if !value.is_empty() {
            address = format!("{address}&{name}={}", query_value(value));
        }
    }
    address
}

#[component]
pub fn FrontPage() -> impl IntoView {
    let query = Query::of_page();
    let asked = FrontQuery {
        search: query.text("search"),
        open: query.text("open"),
        page: usize::from(query.page()),
    };
    visit(move |visit| async move {
        let front = front_page(&visit.app, &visit.signed_in.caller, &asked).await?;
        let is_admin = visit.signed_in.caller.actor.is_admin;
        let outcome = visit.flash_about(SUBJECT).map(|flash| flash.outcome.clone());
        let more = front.undecided_total - i64::try_from(front.undecided.len()).unwrap_or(0);
        let reminders = front.undecided.iter().cloned().enumerate();
        let reminders =
            reminders.map(|(at, group)| view! { <ConsentReminder group primary=at == 0 /> }).collect_view();
        let body = match &front.started {
            Some(started) => view! {
                <h2 class="mt-8 text-base font-semibold">"Start here"</h2>
                <StartList started=started.clone() />
            }
            .into_any(),
            None if front.groups.is_empty() => {
                view! { <Empty filtered=!asked.search.trim().is_empty() beyond=front.before != 0 /> }
                    .into_any()
            }
            None => {
                view! { <Groups visit=visit.clone() front=front.clone() asked=asked.clone() /> }.into_any()
            }
        };
        let lead = if is_admin {
            "All groups of this server."
        } else {
            "The groups and projects in which you have a role."
        };
        Ok(view! {
            <Page title="Groups">
                <div class="flex flex-wrap items-end justify-between gap-4 pt-8">
                    <div>
                        <h1 class="text-2xl font-semibold">"Groups"</h1>
                        <p class="mt-1 text-muted">{lead}</p>
                    </div>
                    <div class="flex w-full flex-wrap gap-2 sm:w-auto">
                        <form method="get" action=paths::GROUPS role="search" aria-label="Filter groups" class="flex min-w-0 flex-1 gap-2">
                            <input
                                type="search"
                                name="search"
                                aria-label="Filter by name"
                                placeholder="Filter by name"
                                maxlength="100"
                                class="field min-w-0 flex-1"
                                value=asked.search.clone()
                            />
                            <button type="submit" class="button">"Filter"</button>
                        </form>
                        {is_admin.then(|| view! { <a class="button" href=paths::NEW_GROUP>"New group"</a> })}
                    </div>
                </div>
                <OutcomeNote outcome done=deleted />
                {reminders}
                {(more > 0)
                    .then(|| {
                        let words = if more == 1 { "1 more group needs a decision.".to_owned() } else { format!("{more} more groups need a decision.") };
                        view! {
                            <p class="mt-2 text-sm">
                                {words}
                                {is_admin.then(|| view! { " "<a href=format!("{}?state=missing", paths::ADMIN_CONSENTS)>"See all"</a> })}
                            </p>
                        }
                    })}
                {body}
            </Page>
        }
        .into_any())
    })
}

/// The table. On narrow screens each row is a block; the roles keep it a table for screen readers.
#[component]
fn Groups(visit: Visit, front: Front, asked: FrontQuery) -> impl IntoView {
    let what = match (asked.search.trim().is_empty(), front.total) {
        (true, 1) => "top-level group",
        (true, _) => "top-level groups",
        (false, 1) => "match",
        (false, _) => "matches",
    };
    let count = format!("{}–{} of {} {what}", front.before + 1, front.before + front.shown, front.total);
    let page = asked.page.max(1);
    let before = (page > 1).then(|| address(&asked, page - 1, ""));
    let after = (front.before + front.shown < front.total).then(|| address(&asked, page + 1, ""));
    let rows = front.groups.into_iter();
    let seats = front.instance_seats;
    let row = |group| view! { <Row visit=visit.clone() asked=asked.clone() group instance_seats=seats /> };
    let rows = rows.map(row).collect_view();
    view! {
        <table class="card mt-6 block w-full md:table" role="table">
            <caption class="sr-only">"Top-level groups"</caption>
            <thead class="sr-only md:not-sr-only md:table-header-group" role="rowgroup">
                <tr role="row" class="text-left text-sm text-muted">
                    <th scope="col" role="columnheader" class="px-4 py-2 font-medium">"Group"</th>
                    <th scope="col" role="columnheader" class="px-4 py-2 font-medium">"Code Review"</th>
                    <th scope="col" role="columnheader" class="px-4 py-2 font-medium">"Flows"</th>
                    <th scope="col" role="columnheader" class="px-4 py-2 font-medium">"Seats"</th>
                    <th scope="col" role="columnheader" class="px-4 py-2 font-medium">"Reviews, 30 days"</th>
                </tr>
            </thead>
            <tbody class="block md:table-row-group" role="rowgroup">{rows}</tbody>
        </table>
        <p class="mt-3 text-sm text-muted">{count}</p>
        <p class="mt-1 max-w-prose text-sm text-muted">
            "Reviews: decisions that services asked for in "{visit.app.environment().key()}
            ". The cost assumes that every Code Review Flow review ran."
        </p>
        <Pager before after />
    }
}

/// The classes of a cell, which is a line of its own on narrow screens.
const CELL: &str = "block px-4 py-1 align-top md:table-cell md:py-3";
const NARROW: &str = "text-sm text-muted md:hidden";

#[component]
fn Row(
    visit: Visit,
    asked: FrontQuery,
    group: FrontGroup,
    instance_seats: Option<InstanceSeats>,
) -> impl IntoView {
    let FrontGroup { facts, role, glance, below, more_below, is_open } = group;
    let namespace = facts.namespace.clone();
    let path = namespace.path.clone();
    let sees = glance.is_some();
    // With a filter, what matches is shown without being opened.
    let fold = (facts.has_below && asked.search.trim().is_empty()).then(|| {
        let open = if is_open { "" } else { path.as_str() };
        let label = if is_open { "Hide what is below " } else { "Show what is below " };
        view! {
            <a
                href=format!("{}#group-{}", address(&asked, asked.page.max(1), open), namespace.id)
                class="inline-flex size-6 shrink-0 items-center justify-center rounded text-ink no-underline hover:bg-raised hover:no-underline"
                aria-expanded=if is_open { "true" } else { "false" }
            >
                <span aria-hidden="true">{if is_open { "▾" } else { "▸" }}</span>
                <span class="sr-only">{label}<bdi>{namespace.name.clone()}</bdi></span>
            </a>
        }
    });
    let indent = if fold.is_some() { "min-w-0" } else { "min-w-0 md:pl-8" };
    let seats = seats(&facts, instance_seats);
    let name = if sees {
        view! { <a href=GroupPage::Overview.path(&path) class="font-medium break-words"><bdi>{namespace.name.clone()}</bdi></a> }
            .into_any()
    } else {
        view! { <span class="font-medium break-words"><bdi>{namespace.name.clone()}</bdi></span> }.into_any()
    };
    let cells = match glance {
        Some(glance) => {
            let flows = glance.settings.as_ref().map(|it| format!("{}/{}", it.flows_on, CATALOGUE.len()));
            let recent = glance.recent.clone();
            let reviews = recent.reviews();
            let cost = (recent.of(Engine::CodeReviewFlow) > 0).then(|| format!(" · {}", recent.cost()));
            view! {
                <td role="cell" class=CELL><Review visit glance namespace=namespace.clone() /></td>
                <td role="cell" class=format!("{CELL} whitespace-nowrap")>
                    <span class=NARROW>"Flows: "</span>{flows.unwrap_or_else(|| String::from("–"))}
                </td>
                <td role="cell" class=format!("{CELL} whitespace-nowrap")><span class=NARROW>"Seats: "</span>{seats}</td>
                <td role="cell" class=format!("{CELL} pb-3")>
                    <span class="flex flex-wrap items-center gap-x-3">
                        <span class=NARROW>"Reviews, 30 days: "</span>
                        <span class="whitespace-nowrap tabular-nums">
                            {if reviews > 0 { reviews.to_string() } else { String::from("–") }}{cost}
                        </span>
                        <Sparkline recent />
                    </span>
                </td>
            }
            .into_any()
        }
        None => view! {
            <td role="cell" colspan="4" class=format!("{CELL} text-muted")>"Your role is below this group, not in it."</td>
        }
        .into_any(),
    };
    let more = more_below.then(|| {
        view! {
            <tr role="row" class="block md:table-row">
                <td role="cell" colspan="5" class="block px-4 pb-3 text-sm text-muted md:table-cell md:pl-12">
                    "The first "{BELOW_SHOWN}" are shown. Filter by name to find others."
                </td>
            </tr>
        }
    });
    let filtered = !asked.search.trim().is_empty();
    let below = below.into_iter().map(|it| view! { <Below it filtered /> }).collect_view();
    view! {
        <tr role="row" id=format!("group-{}", namespace.id) class="block border-t border-line md:table-row">
            <th scope="row" role="rowheader" class="block px-4 pt-3 pb-1 text-left align-top font-normal md:table-cell md:pb-3">
                <span class="flex items-start gap-2">
                    {fold}
                    <span class=indent>
                        {name}
                        <span class="block text-sm break-words text-muted">
                            {path.to_string()}{role.map(|role| format!(" · {}", role.name()))}
                        </span>
                    </span>
                </span>
            </th>
            {cells}
        </tr>
        {below}
        {more}
    }
}

/// The group's own seats, and those of the instance, which count here as well.
fn seats(facts: &TopLevelFacts, instance: Option<InstanceSeats>) -> AnyView {
    let of = |used: i64, purchased: Option<i64>| {
        purchased.map_or_else(|| used.to_string(), |purchased| format!("{used}/{purchased}"))
    };
    let instance = match instance {
        _ if !facts.subscription.duo_enterprise => return "–".into_any(),
        None => return of(facts.used, facts.purchased).into_any(),
        Some(InstanceSeats::Counted(counts)) => format!("Instance: {}", of(counts.used, counts.purchased)),
        Some(InstanceSeats::Uncounted) => String::from("Instance-wide"),
    };
    if facts.used == 0 && facts.purchased.is_none() {
        return instance.into_any();
    }
    view! { {of(facts.used, facts.purchased)}<span class="block text-sm text-muted">{instance}</span> }
        .into_any()
}

/// The engine's state for who may read the settings, else which engine reviews for the visitor.
#[component]
fn Review(visit: Visit, glance: Glance, namespace: Namespace) -> impl IntoView {
    let Some(SettingsGlance { circumstances, review, .. }) = glance.settings else {
        return view! {
            <span class=NARROW>"Code Review: "</span>
            "Yours: "{glance.own.engine.name()}
        }
        .into_any();
    };
    let state = circumstances.review_state(&review);
    let (sign, class) = match (state, &review) {
        (_, FlowState::On(Consent::Missing)) => ("!", "badge badge-warning"),
        (ReviewState::Flow, _) => ("●", "badge"),
        (ReviewState::Mixed, _) => ("◐", "badge"),
        (ReviewState::SeatsOnly, _) => ("○", "badge"),
        (ReviewState::Off, _) => ("–", "badge"),
    };
    let consent = match &review {
        FlowState::On(Consent::Given(given)) => view! {
            "Consented by "<bdi>{given.by_name.clone()}</bdi>", "<Time moment=visit.moment(given.at) />
        }
        .into_any(),
        FlowState::On(Consent::Missing) => "Without consent".into_any(),
        _ => ().into_any(),
    };
    let because = circumstances.off_because(&review).map(|why| format!("{why}. "));
    view! {
        <span class=NARROW>"Code Review: "</span>
        <a href=GroupPage::Configuration.path(&namespace.path) class="no-underline">
            <span class=class><span aria-hidden="true">{sign}" "</span>{state.words()}</span>
            <span class="sr-only">". Configuration of "<bdi>{namespace.name}</bdi></span>
        </a>
        <span class="mt-1 block text-sm text-muted">{because}{consent}</span>
    }
    .into_any()
}

/// A subgroup or project, which inherits everything.
#[component]
fn Below(it: GroupFound, filtered: bool) -> impl IntoView {
    let path = it.namespace.path.clone();
    let depth = path.as_str().matches('/').count();
    let indent = match depth {
        0 | 1 => "pl-10 md:pl-12",
        2 => "pl-14 md:pl-18",
        3 => "pl-18 md:pl-24",
        _ => "pl-22 md:pl-30",
    };
    let kind = it.namespace.kind_name();
    let role = it.role.filter(|_| filtered).map(|role: Role| format!(" · {}", role.name()));
    view! {
        <tr role="row" class="block md:table-row">
            <th scope="row" role="rowheader" class=format!("block {indent} pr-4 pb-2 text-left font-normal md:table-cell")>
                <a href=GroupPage::Overview.path(&path) class="break-words"><bdi>{it.namespace.name}</bdi></a>
                <span class="block text-sm break-words text-muted">{path.to_string()}" · "{kind}{role}</span>
            </th>
            <td role="cell" colspan="4" class="hidden px-4 pb-2 align-top text-sm text-muted md:table-cell">"inherited"</td>
        </tr>
    }
}

#[component]
fn Empty(filtered: bool, beyond: bool) -> impl IntoView {
    let (title, text) = match (filtered, beyond) {
        (_, true) => ("This page is empty", "The list has fewer pages."),
        (true, false) => ("No matches", "Try a shorter search."),
        (false, false) => (
            "No groups yet",
            "Ask an Owner of your team's group, or an administrator of this server, to add you. The group then appears here.",
        ),
    };
    view! {
        <div class="card mt-6 px-6 py-12 text-center">
            <h2 class="text-base font-medium">{title}</h2>
            <p class="mt-1 text-muted">{text}</p>
            {(filtered || beyond).then(|| view! { <p class="mt-4"><a class="button" href=paths::GROUPS>"Show all"</a></p> })}
        </div>
    }
}
