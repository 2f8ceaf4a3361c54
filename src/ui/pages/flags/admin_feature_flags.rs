//! *Feature flags*, for administrators: the state of each flag by environment, and which are stale.

mod freezes;

use leptos::prelude::*;

use self::freezes::Freezes;
use crate::{
    actions::query::Query,
    domain::{
        environment::Environment,
        flags::{FlagType, Glance, LONG_DAYS, State},
        paths::{self, query_value},
    },
    ui::{
        components::{Choice, Pager, Time},
        layout::{Crumb, Nav, Page},
        pages::{Visit, visit},
    },
    usecases::flags::{
        list_flags::{Age, FlagFilter, FlagSummary, LATELY_DAYS, list_flags},
        list_freezes::list_freezes,
    },
};

#[component]
pub fn AdminFeatureFlagsPage() -> impl IntoView {
    let query = Query::of_page();
    visit(move |visit| async move {
        let page = usize::from(query.page());
        let filter = read(&query, visit.app.environment());
        let found = list_flags(&visit.app, &visit.signed_in.caller, &filter, page).await?;
        let frozen = list_freezes(&visit.app, &visit.signed_in.caller).await?;
        let filtered = is_filtered(&filter);
        let address = |page: usize| address(&filter, page);
        let (before, after) = ((page > 1).then(|| address(page - 1)), found.more.then(|| address(page + 1)));
        let empty = found.flags.is_empty();
        let count = match found.count {
            1 => String::from("1 flag"),
            count => format!("{count} flags"),
        };
        let rows =
            found.flags.into_iter().map(|flag| view! { <Row visit=visit.clone() flag /> }).collect_view();
        let crumbs = vec![Crumb::link("Administration", paths::ADMIN), Crumb::here("Feature flags")];
        Ok(view! {
            <Page title="Feature flags" crumbs nav=Some(Nav::of_administrators(paths::ADMIN_FEATURE_FLAGS))>
                <h1 class="pt-4 text-2xl font-semibold">"Feature flags"</h1>
                <p class="mt-1 max-w-prose text-muted">
                    "What is rolled out, to whom, and where. This server answers for "
                    <strong>{visit.app.environment().key()}</strong>". A flag can be opened for "
                    <a class="link" href=paths::ADMIN_FEATURE_GROUPS>"feature groups"</a> ", too."
                </p>
                <Freezes visit=visit.clone() frozen query />
                <Filter filter />
                <p role="status" class="mt-4 flex flex-wrap gap-x-3 text-sm text-muted">
                    {count}
                    {filtered.then(|| view! { <a class="link" href=paths::ADMIN_FEATURE_FLAGS>"Clear the filter"</a> })}
                </p>
                {if empty {
                    view! {
                        <p class="mt-4 text-muted">
                            "No flag fits the filter. Remove a condition, or clear it."
                        </p>
                    }
                        .into_any()
                } else {
                    view! { <ul class="card mt-3 divide-y divide-line">{rows}</ul> }.into_any()
                }}
                <Pager before after />
            </Page>
        }
        .into_any())
    })
}

/// The filter in the query. Unknown values are ignored.
fn read(query: &Query, here: Environment) -> FlagFilter {
    let word = |name: &str| query.get(name).unwrap_or_default();
    FlagFilter {
        search: word("search").chars().take(255).collect(),
        state: State::from_key(word("state")),
        environment: Environment::from_key(word("environment")).unwrap_or(here),
        flag_type: FlagType::from_key(word("type")),
        age: Age::from_key(word("age")),
    }
}

fn is_filtered(filter: &FlagFilter) -> bool {
    let FlagFilter { search, state, flag_type, age, .. } = filter;
    !search.trim().is_empty() || state.is_some() || flag_type.is_some() || age.is_some()
}

fn address(filter: &FlagFilter, page: usize) -> String {
    format!(
        "{}?search={}&state={}&environment={}&type={}&age={}&page={page}",
        paths::ADMIN_FEATURE_FLAGS,
        query_value(&filter.search),
        filter.state.map_or("", State::key),
        filter.environment,
        filter.flag_type.map_or("", FlagType::key),
        filter.age.map_or("", Age::key),
    )
}

fn age_name(age: Age) -> String {
    match age {
        Age::Lately => format!("Changed in the last {LATELY_DAYS} days"),
        Age::Old => format!("Not changed for {LONG_DAYS} days"),
        Age::Stale => String::from("Stale"),
    }
}

#[component]
fn Filter(filter: FlagFilter) -> impl IntoView {
    let mut states = State::ALL.map(|it| (it.key(), it.name().to_owned(), filter.state == Some(it)));
    states.reverse();
    let environments = Environment::ALL.map(|it| (it.key(), it.key().to_owned(), filter.environment == it));
    let types = FlagType::ALL.map(|it| (it.key(), it.name().to_owned(), filter.flag_type == Some(it)));
    let ages = Age::ALL.map(|it| (it.key(), age_name(it), filter.age == Some(it)));
    view! {
        <form
            method="get"
            action=paths::ADMIN_FEATURE_FLAGS
            role="search"
            class="card mt-4 p-4"
            aria-label="Filter flags"
        >
            <div class="grid gap-4 sm:grid-cols-2 lg:grid-cols-4">
                <div class="min-w-0 sm:col-span-2 lg:col-span-4">
                    <label for="flag-search" class="label">"Search"</label>
                    <input
                        id="flag-search"
                        type="search"
                        name="search"
                        class="field mt-1 w-full"
                        placeholder="Name or description"
                        autocomplete="off"
                        autocapitalize="none"
                        spellcheck="false"
                        maxlength="255"
                        value=filter.search
                    />
                </div>
                <Choice id="flag-state" label="State" name="state" any="Any state" choices=states.to_vec() />
                <Choice id="flag-environment" label="State in" name="environment" choices=environments.to_vec() />
                <Choice id="flag-type" label="Type" name="type" any="Any type" choices=types.to_vec() />
                <Choice id="flag-age" label="Age" name="age" any="Any age" choices=ages.to_vec() />
            </div>
            <p class="mt-4"><button type="submit" class="button">"Filter"</button></p>
        </form>
    }
}

#[component]
fn Row(visit: Visit, flag: FlagSummary) -> impl IntoView {
    let here = paths::feature_flag(&flag.name, visit.app.environment());
    let default = flag.default_enabled();
    let changed = flag.changed_at.map(|at| visit.moment(at));
    let cells = flag
        .glances
        .into_iter()
        .map(|(environment, glance)| {
            view! { <Cell name=flag.name.clone() environment glance default /> }
        })
        .collect_view();
    let (type_name, description) = match flag.definition {
        Some(it) => (it.flag_type.name(), it.description),
        None => ("Undefined", String::from("No description.")),
    };
    view! {
        <li class="grid gap-x-6 gap-y-3 px-4 py-3 lg:grid-cols-[1fr_auto]">
            <div class="min-w-0">
                <p class="flex flex-wrap items-center gap-2">
                    <a href=here class="font-medium wrap-anywhere">{flag.name}</a>
                    <span class="badge">{type_name}</span>
                    {flag.stale.map(|stale| view! { <span class="badge badge-warning">{stale.name()}</span> })}
                </p>
                <p class="mt-0.5 line-clamp-2 text-sm wrap-anywhere text-muted">{description}</p>
                <p class="text-sm text-muted">
                    {match changed {
                        Some(moment) => view! { "Changed " <Time moment /> }.into_any(),
                        None => "Never changed".into_any(),
                    }}
                </p>
            </div>
            <ul class="grid grid-cols-3 gap-x-3 gap-y-1 text-sm sm:grid-cols-5 lg:w-116" aria-label="Environments">
                {cells}
            </ul>
        </li>
    }
}

#[component]
fn Cell(name: String, environment: Environment, glance: Glance, default: bool) -> impl IntoView {
    let (state, detail) = shown(glance, default);
    let class = match state {
        State::On => "font-medium text-success",
        State::Conditional => "font-medium text-warning",
        State::Off => "text-muted",
    };
    view! {
        <li class="min-w-0">
            <a class="block whitespace-nowrap text-muted" href=paths::feature_flag(&name, environment)>{environment.key()}</a>
            <span class=class>{state.name()}</span>
            {detail.map(|detail| view! { <span class="block whitespace-nowrap text-muted">{detail}</span> })}
        </li>
    }
}

/// The state, and a detail to show beside it.
pub(in crate::ui::pages) fn shown(glance: Glance, default: bool) -> (State, Option<String>) {
    let state = glance.openness(default);
    let percentage = glance.percentage_of_actors;
    let detail = match (glance.boolean, state) {
        (None, _) => Some(String::from("by default")),
        (_, State::Conditional) if !percentage.is_zero() => Some(format!("{percentage} %")),
        _ => None,
    };
    (state, detail)
}
