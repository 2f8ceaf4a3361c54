//! *Groups*, the home page: the groups that the user may see.

use leptos::prelude::*;

use super::admin_groups::deleted;
use crate::{
    actions::{people::groups::SUBJECT, query::Query},
    domain::{
        access::may_read_settings,
        paths::{self, GroupPage},
        role::Role,
    },
    ui::{
        components::{OutcomeNote, Pager},
        layout::Page,
        pages::visit,
    },
    usecases::{VisibleNamespace, people::list_groups::list_groups},
};

#[component]
pub fn GroupsPage() -> impl IntoView {
    let query = Query::of_page();
    let (filter, page) = (query.text("filter"), i64::from(query.page()));
    visit(move |visit| async move {
        let list = list_groups(&visit.app, &visit.signed_in.caller, &filter, page).await?;
        let actor = visit.signed_in.caller.actor.clone();
        let empty = list.groups.is_empty();
        let outcome = visit.flash_about(SUBJECT).map(|flash| flash.outcome.clone());
        let link =
            |page: i64| format!("{}?filter={}&page={page}", paths::GROUPS, paths::query_value(&filter));
        let newer = (page > 1).then(|| link(page - 1));
        let older = list.more.then(|| link(page + 1));
        let rows = list.groups.into_iter();
        let rows = rows
            .map(|it| view! { <Row may_configure=may_read_settings(&actor, it.role) it /> })
            .collect_view();
        Ok(view! {
            <Page title="Groups">
                <div class="flex flex-wrap items-end justify-between gap-4 pt-8">
                    <div>
                        <h1 class="text-2xl font-semibold">"Groups"</h1>
                        <p class="mt-1 text-muted">"The groups and projects that you are a member of."</p>
                    </div>
                    <form method="get" action=paths::GROUPS role="search" aria-label="Filter groups" class="flex w-full gap-2 sm:w-auto">
                        <input
                            type="search"
                            name="filter"
                            aria-label="Filter by name"
                            placeholder="Filter by name"
                            maxlength="100"
                            class="field min-w-0 flex-1"
                            value=filter.clone()
                        />
                        <button type="submit" class="button">"Filter"</button>
                    </form>
                </div>
                <OutcomeNote outcome done=deleted />
                {if empty {
                    view! { <Empty filtered=!filter.is_empty() /> }.into_any()
                } else {
                    view! { <ul class="card mt-6 divide-y divide-line">{rows}</ul> }.into_any()
                }}
                <Pager before=newer after=older />
            </Page>
        }
        .into_any())
    })
}

#[component]
fn Row(it: VisibleNamespace, may_configure: bool) -> impl IntoView {
    let path = it.namespace.path.clone();
    let role = it.role.map_or("Administrator", Role::name);
    let kind = it.namespace.kind_name();
    view! {
        <li class="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3">
            <div class="min-w-0 basis-full sm:flex-1 sm:basis-0">
                <a href=GroupPage::Overview.path(&path) class="font-medium break-words"><bdi>{it.namespace.name}</bdi></a>
                <span class="block text-sm break-words text-muted">{path.to_string()}" · "{kind}</span>
            </div>
            <span class="badge">{role}</span>
            {may_configure
                .then(|| {
                    view! {
                        <a href=GroupPage::Configuration.path(&path) class="text-sm">
                            "Configuration" <span class="sr-only">" of "{path.to_string()}</span>
                        </a>
                    }
                })}
        </li>
    }
}

#[component]
fn Empty(filtered: bool) -> impl IntoView {
    let (title, text) = if filtered {
        ("Nothing has that in its name", "Try fewer letters.")
    } else {
        ("You are in no group yet", "Ask an Owner of a group to add you. The group appears here then.")
    };
    view! {
        <div class="card mt-6 px-6 py-12 text-center">
            <h2 class="text-base font-medium">{title}</h2>
            <p class="mt-1 text-muted">{text}</p>
            {filtered.then(|| view! { <p class="mt-4"><a class="button" href=paths::GROUPS>"Show all"</a></p> })}
        </div>
    }
}
