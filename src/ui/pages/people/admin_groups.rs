//! *Groups*, for administrators: the top-level groups, and the way to a new one.

use leptos::prelude::*;

use crate::{
    actions::{flash::Outcome, people::groups::SUBJECT, query::Query},
    domain::{
        moment::Moment,
        paths::{self, GroupPage, query_value},
    },
    ui::{
        components::{OutcomeNote, Pager, Time},
        layout::{Crumb, Nav, Page},
        pages::visit,
    },
    usecases::{
        ListedTopLevelGroup, TopLevelOrder,
        administrator::Administrator,
        people::list_top_level_groups::{TOP_LEVEL_PAGE, list_top_level_groups},
    },
};

/// The orders of the list, by their word in the URL.
const ORDERS: [(&str, &str, TopLevelOrder); 3] = [
    ("path", "Path", TopLevelOrder::Path),
    ("name", "Name", TopLevelOrder::Name),
    ("newest", "Newest first", TopLevelOrder::Newest),
];

#[component]
pub fn AdminGroupsPage() -> impl IntoView {
    let query = Query::of_page();
    let (search, page) = (query.text("search"), i64::from(query.page()));
    let (sort, _, order) =
        ORDERS.into_iter().find(|(word, ..)| query.get("sort") == Some(*word)).unwrap_or(ORDERS[0]);
    visit(move |visit| async move {
        let administrator = Administrator::reading(&visit.signed_in.caller)?;
        let list = list_top_level_groups(&visit.app, &administrator, &search, order, page).await?;
        let outcome = visit.flash_about(SUBJECT).map(|flash| flash.outcome.clone());
        let first = (page - 1) * TOP_LEVEL_PAGE;
        let last = first + i64::try_from(list.groups.len()).unwrap_or(0);
        let address = |page: i64| {
            let search = query_value(&search);
            format!("{}?search={search}&sort={sort}&page={page}", paths::ADMIN_GROUPS)
        };
        let before = (page > 1).then(|| address(page - 1));
        let after = (last < list.total && !list.groups.is_empty()).then(|| address(page + 1));
        let body = if list.groups.is_empty() {
            let filtered = !search.is_empty() || page > 1;
            view! { <Empty filtered /> }.into_any()
        } else {
            let shown = format!("{}–{last} of {}", first + 1, list.total);
            let rows = list.groups.into_iter().map(|group| {
                let created = visit.moment(group.created_at);
                view! { <Row group created /> }
            });
            view! {
                <p class="mt-6 text-sm text-muted">{shown}</p>
                <ul class="card mt-2 divide-y divide-line" aria-label="Top-level groups">{rows.collect_view()}</ul>
            }
            .into_any()
        };
        let crumbs = vec![Crumb::link("Administration", paths::ADMIN), Crumb::here("Groups")];
        Ok(view! {
            <Page title="Groups" crumbs nav=Some(Nav::of_administrators(paths::ADMIN_GROUPS))>
                <div class="flex flex-wrap items-center justify-between gap-3 pt-4">
                    <h1 class="text-2xl font-semibold">"Groups"</h1>
                    <a class="button button-primary" href=paths::NEW_GROUP>"New group"</a>
                </div>
                <p class="mt-1 max-w-prose text-muted">
                    "Top-level groups. Their subscription, flows and seats apply to everything below them."
                </p>
                <OutcomeNote outcome done=deleted />
                <Filter search sort />
                {body}
                <Pager before after />
            </Page>
        }
        .into_any())
    })
}

/// The flash of a deletion.
pub(in crate::ui::pages) fn deleted(outcome: Outcome) -> Option<AnyView> {
    match outcome {
        Outcome::GroupDeleted { path } => {
            Some(view! { <strong class="wrap-anywhere">{path}</strong>" is deleted." }.into_any())
        }
        _ => None,
    }
}

#[component]
fn Filter(search: String, sort: &'static str) -> impl IntoView {
    let orders = ORDERS.map(|(word, label, _)| {
        view! { <option value=word selected=word == sort>{label}</option> }
    });
    view! {
        <form method="get" action=paths::ADMIN_GROUPS role="search" aria-label="Filter groups" class="mt-4 flex flex-wrap items-end gap-3">
            <div class="min-w-0 flex-1 basis-48">
                <label for="groups-filter" class="label">"Name or path"</label>
                <input
                    id="groups-filter"
                    type="search"
                    name="search"
                    maxlength="100"
                    autocomplete="off"
                    class="field mt-1 w-full"
                    value=search
                />
            </div>
            <div class="min-w-0">
                <label for="groups-sort" class="label">"Sort by"</label>
                <select id="groups-sort" name="sort" class="field mt-1">{orders.collect_view()}</select>
            </div>
            <button type="submit" class="button">"Filter"</button>
        </form>
    }
}

#[component]
fn Row(group: ListedTopLevelGroup, created: Moment) -> impl IntoView {
    let counted = |count: i64, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let size = format!("{}, {}", counted(group.subgroups, "subgroup"), counted(group.projects, "project"));
    view! {
        <li class="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3">
            <div class="min-w-0 basis-full sm:flex-1 sm:basis-0">
                <a href=GroupPage::Overview.path(&group.path) class="font-medium break-words"><bdi>{group.name}</bdi></a>
                <span class="block text-sm break-words text-muted">
                    {group.path.to_string()}" · "{size}" · created "<Time moment=created />
                </span>
            </div>
            {group.archived_at.is_some().then(|| view! { <span class="badge badge-warning">"Archived"</span> })}
            <span class="badge">{group.subscription.tier.name()}</span>
            {group.subscription.duo_enterprise.then(|| view! { <span class="badge">"Duo Enterprise"</span> })}
            <a href=GroupPage::Edit.path(&group.path) class="text-sm">
                "Edit" <span class="sr-only">" "{group.path.to_string()}</span>
            </a>
        </li>
    }
}

#[component]
fn Empty(filtered: bool) -> impl IntoView {
    let (title, text, href, label) = if filtered {
        ("No matching group", "Try a shorter search, or show all groups.", paths::ADMIN_GROUPS, "Show all")
    } else {
        (
            "No groups yet",
            "Create the first one with its name and path in GitLab. Then add subgroups, projects and members.",
            paths::NEW_GROUP,
            "Create a group",
        )
    };
    view! {
        <div class="card mt-6 px-6 py-12 text-center">
            <h2 class="text-base font-medium">{title}</h2>
            <p class="mx-auto mt-1 max-w-prose text-muted">{text}</p>
            <p class="mt-4"><a class="button" href=href>{label}</a></p>
        </div>
    }
}
