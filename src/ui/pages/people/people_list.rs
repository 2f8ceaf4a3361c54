//! *People*, for administrators: who has an account, with filter, order and download.

use leptos::prelude::*;

use crate::{
    actions::{accounts::users::SUBJECT, flash::Outcome, query::Query},
    domain::{
        paths,
        people::directory::{PeopleFilter, PeopleOrder, PeopleQuery},
        user::UserKind,
    },
    ui::{
        components::{Field, OutcomeNote, Pager, Time},
        layout::{Crumb, Nav, Page},
        pages::{Visit, visit},
    },
    usecases::{
        UseCaseError, What,
        people::list_people::{ListedPerson, PeopleList, list_people},
    },
};

#[component]
pub fn PeoplePage() -> impl IntoView {
    let asked = Query::of_page();
    visit(move |visit| async move {
        // A filter that is not understood is not taken for everybody.
        let query = PeopleQuery::read(|name| asked.text(name)).ok_or(UseCaseError::NotFound(What::Page))?;
        let list = list_people(&visit.app, &visit.signed_in.caller, &query, i64::from(asked.page())).await?;
        let outcome = visit.flash_about(SUBJECT).map(|flash| flash.outcome.clone());
        let address = |page: i64| paths::people(&query, page);
        let (before, after) =
            ((list.page > 1).then(|| address(list.page - 1)), list.more().then(|| address(list.page + 1)));
        let crumbs = vec![Crumb::link("Administration", paths::ADMIN), Crumb::here("People")];
        Ok(view! {
            <Page title="People" crumbs nav=Some(Nav::of_administrators(paths::ADMIN_PEOPLE))>
                <div class="flex flex-wrap items-center justify-between gap-3 pt-4">
                    <h1 class="text-2xl font-semibold">"People"</h1>
                    <a class="button button-primary" href=paths::NEW_PERSON>"New person"</a>
                </div>
                <OutcomeNote outcome done />
                <FilterForm query=query.clone() />
                <Found visit=visit.clone() query list />
                <Pager before after />
            </Page>
        }
        .into_any())
    })
}

fn done(outcome: Outcome) -> Option<AnyView> {
    let Outcome::PersonDeleted { username } = outcome else { return None };
    let text = view! {
        "The account @"{username}" is deleted. Their consents and changes stay recorded."
    };
    Some(text.into_any())
}

#[component]
fn FilterForm(query: PeopleQuery) -> impl IntoView {
    let options = |(key, name, chosen): (&'static str, &'static str, bool)| {
        view! { <option value=key selected=chosen>{name}</option> }
    };
    let filters = PeopleFilter::ALL.map(|it| (it.key(), it.name(), it == query.filter));
    let orders = PeopleOrder::ALL.map(|it| (it.key(), it.name(), it == query.order));
    view! {
        <form method="get" action=paths::ADMIN_PEOPLE role="search" aria-label="Filter people" class="mt-4 flex flex-wrap items-end gap-3">
            <div class="min-w-0 flex-1 basis-52">
                <Field id="people-search" label="Name, user name or email address">
                    <input
                        id="people-search"
                        type="search"
                        name="search"
                        class="field mt-1 w-full"
                        autocomplete="off"
                        maxlength="255"
                        value=query.text
                    />
                </Field>
            </div>
            <Field id="people-filter" label="Who">
                <select id="people-filter" name="filter" class="field mt-1">
                    {filters.map(options).collect_view()}
                </select>
            </Field>
            <Field id="people-sort" label="Sort by">
                <select id="people-sort" name="sort" class="field mt-1">
                    {orders.map(options).collect_view()}
                </select>
            </Field>
            <button type="submit" class="button">"Filter"</button>
        </form>
    }
}

/// The page of the list, or what to do where there is nobody.
#[component]
fn Found(visit: Visit, query: PeopleQuery, list: PeopleList) -> impl IntoView {
    if list.total == 0 {
        return view! {
            <p class="mt-6 text-muted">
                "Nobody matches. " <a class="link" href=paths::ADMIN_PEOPLE>"Show everybody"</a>
            </p>
        }
        .into_any();
    }
    let totals = format!("{}–{} of {}", list.from, list.to(), list.total);
    let download = paths::people_export(&query);
    let rows =
        list.people.into_iter().map(|person| view! { <Row visit=visit.clone() person /> }).collect_view();
    view! {
        <p class="mt-6 flex flex-wrap gap-x-4 gap-y-1 text-sm text-muted">
            <span>{totals}</span>
            <a class="link" href=download>"Download CSV"</a>
        </p>
        <table role="table" class="card mt-2 block w-full border-separate border-spacing-0 text-left sm:table">
            <caption class="sr-only">"People"</caption>
            <thead class="hidden text-sm sm:table-header-group">
                <tr role="row">
                    <Heading query=query.clone() ascending=PeopleOrder::Name label="Name" />
                    <th role="columnheader" scope="col" class="px-4 py-2 font-medium">"State"</th>
                    <Heading query ascending=PeopleOrder::LongestAway label="Last sign-in" />
                    <th role="columnheader" scope="col" class="px-4 py-2 font-medium">"Groups"</th>
                    <th role="columnheader" scope="col" class="px-4 py-2 font-medium">"Seats"</th>
                </tr>
            </thead>
            <tbody role="rowgroup" class="block sm:table-row-group">{rows}</tbody>
        </table>
    }
    .into_any()
}

/// A heading that orders by its column, and the other way round when it does already.
#[component]
fn Heading(query: PeopleQuery, ascending: PeopleOrder, label: &'static str) -> impl IntoView {
    let current = query.order;
    let is_by_this = current == ascending || current == ascending.reversed();
    let sorted = is_by_this.then_some(if current.is_ascending() { "ascending" } else { "descending" });
    let mark = is_by_this.then_some(if current.is_ascending() { " ↑" } else { " ↓" });
    let order = if current == ascending { ascending.reversed() } else { ascending };
    let href = paths::people(&PeopleQuery { order, ..query }, 1);
    view! {
        <th role="columnheader" scope="col" aria-sort=sorted class="px-4 py-2 font-medium">
            <a class="text-ink" href=href>{label}<span aria-hidden="true">{mark}</span></a>
        </th>
    }
}

/// A row of the table; on a narrow screen a block.
#[component]
fn Row(visit: Visit, person: ListedPerson) -> impl IntoView {
    const CELL: &str = "block px-4 pb-2 sm:table-cell sm:border-t sm:border-line sm:py-3 sm:align-top";
    let ListedPerson { account, groups, seats } = person;
    let user = account.user;
    let state = if user.is_blocked() { "badge badge-warning" } else { "badge" };
    let word = if user.is_blocked() { "Blocked" } else { "Active" };
    let signed_in = account.last_sign_in_at.map(|at| visit.moment(at));
    let is_bot = user.kind == UserKind::Bot;
    view! {
        <tr role="row" class="block border-t border-line first:border-t-0 sm:table-row">
            <td role="cell" class="block px-4 pt-3 pb-2 sm:table-cell sm:border-t sm:border-line sm:py-3 sm:align-top">
                <span class="flex flex-wrap items-center gap-2">
                    <a class="font-medium wrap-anywhere" href=paths::person(&user.username)><bdi>{user.name}</bdi></a>
                    {user.is_admin.then(|| view! { <span class="badge">"Administrator"</span> })}
                    {is_bot.then(|| view! { <span class="badge">"Bot"</span> })}
                </span>
                <span class="block text-sm wrap-anywhere text-muted">"@"{user.username}</span>
                {account.email.map(|email| view! { <span class="block text-sm wrap-anywhere text-muted">{email}</span> })}
            </td>
            <td role="cell" class=CELL><span class=state>{word}</span></td>
            <td role="cell" class=CELL>
                <span class="text-sm text-muted sm:hidden">"Last sign-in: "</span>
                {match signed_in {
                    Some(moment) => view! { <Time moment /> }.into_any(),
                    None => "never".into_any(),
                }}
            </td>
            <td role="cell" class=CELL>
                <span class="text-sm text-muted sm:hidden">"Groups: "</span>
                {groups.to_string()}
            </td>
            <td role="cell" class=CELL>
                <span class="text-sm text-muted sm:hidden">"Seats: "</span>
                {seats.to_string()}
            </td>
        </tr>
    }
}
