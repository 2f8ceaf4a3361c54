//! *Consents*, for administrators: every top-level group, and who consented to Code Review Flow when.

use leptos::prelude::*;

use super::visit;
use crate::{
    actions::query::Query,
    domain::{
        flows::catalogue::CODE_REVIEW,
        paths::{self, GroupPage, query_value},
    },
    ui::{
        components::{Pager, Time},
        layout::{Crumb, Nav, Page},
        pages::Visit,
    },
    usecases::{
        StoredConsent, UseCaseError, What,
        list_consents::{ConsentFilter, ConsentState, list_consents},
    },
};

/// The address with this filter; `page` is appended.
fn address(base: &str, filter: &ConsentFilter) -> String {
    let state = filter.state.map_or("", ConsentState::key);
    format!("{base}?search={}&state={state}", query_value(&filter.search))
}

#[component]
pub fn AdminConsentsPage() -> impl IntoView {
    let query = Query::of_page();
    let search = query.text("search");
    let state = query.get("state").filter(|word| !word.is_empty());
    let state = state.map(|word| ConsentState::from_key(word).ok_or(UseCaseError::NotFound(What::Page)));
    let page = usize::from(query.page());
    visit(move |visit| async move {
        let filter = ConsentFilter { search, state: state.transpose()? };
        let list = list_consents(&visit.app, &visit.signed_in.caller, &filter, page).await?;
        let link = |page: usize| format!("{}&page={page}", address(paths::ADMIN_CONSENTS, &filter));
        let last = list.before + list.groups.len();
        let (before, after) =
            ((page > 1).then(|| link(page - 1)), (last < list.total).then(|| link(page + 1)));
        let count = format!("{}–{last} of {}", list.before + 1, list.total);
        let empty = list.groups.is_empty();
        let is_filtered = filter.state.is_some() || !filter.search.trim().is_empty();
        let none = if is_filtered { "No matching groups." } else { "No groups yet." };
        let options = ConsentState::ALL
            .map(|state| {
                view! { <option value=state.key() selected=filter.state == Some(state)>{state.name()}</option> }
            })
            .into_iter()
            .collect_view();
        let rows = list.groups.into_iter();
        let rows = rows.map(|group| view! { <Row visit=visit.clone() group /> }).collect_view();
        let crumbs = vec![Crumb::link("Administration", paths::ADMIN), Crumb::here("Consents")];
        Ok(view! {
            <Page title="Consents" crumbs nav=Some(Nav::of_administrators(paths::ADMIN_CONSENTS))>
                <h1 class="pt-4 text-2xl font-semibold">"Consents"</h1>
                <p class="mt-1 max-w-prose text-muted">
                    "Which top-level groups have consented to Code Review Flow. For a group's history, see its audit events."
                </p>
                <form method="get" action=paths::ADMIN_CONSENTS role="search" class="mt-4 flex flex-wrap items-end gap-3">
                    <div class="min-w-0 flex-1 sm:max-w-xs">
                        <label class="label" for="search">"Group"</label>
                        <input id="search" type="search" name="search" maxlength="100" class="field mt-1 w-full" value=filter.search.clone() />
                    </div>
                    <div>
                        <label class="label" for="state">"Consent"</label>
                        <select id="state" name="state" class="field mt-1">
                            <option value="">"All"</option>
                            {options}
                        </select>
                    </div>
                    <button type="submit" class="button">"Filter"</button>
                    <a class="button" href=address(paths::CONSENTS_EXPORT, &filter) download>"Download CSV"</a>
                </form>
                {if empty {
                    view! { <p class="mt-6 text-muted">{none}</p> }.into_any()
                } else {
                    view! {
                        <ul class="card mt-6 divide-y divide-line">{rows}</ul>
                        <p class="mt-3 text-sm text-muted">{count}</p>
                    }
                        .into_any()
                }}
                <Pager before after />
            </Page>
        }
        .into_any())
    })
}

#[component]
fn Row(visit: Visit, group: StoredConsent) -> impl IntoView {
    let state = ConsentState::of(&group);
    let (sign, badge) = match state {
        ConsentState::Missing => ("!", "badge badge-warning"),
        ConsentState::Given => ("✓", "badge"),
        ConsentState::Off => ("–", "badge"),
    };
    let words = match state {
        ConsentState::Missing => "Consent missing",
        ConsentState::Given => "Consent given",
        ConsentState::Off => "Code Review off",
    };
    let path = group.path.clone();
    let given = group.consent.filter(|_| state == ConsentState::Given).map(|(given, wording)| {
        let version = wording.as_str().split('-').next().unwrap_or_default().to_owned();
        view! {
            <p class="text-sm">
                "By "<bdi>{given.by_name}</bdi>" (@"{given.by_username}"), "<Time moment=visit.moment(given.at) />
                ", to wording "<span title=wording.to_string()>{version}</span>
            </p>
        }
    });
    let review = (state == ConsentState::Missing).then(|| {
        view! {
            <a class="button button-small" href=paths::configuration_confirming(&path, CODE_REVIEW)>
                "Review and consent" <span class="sr-only">" for "{path.to_string()}</span>
            </a>
        }
    });
    view! {
        <li class="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
            <div class="min-w-0 flex-1 basis-60">
                <p class="flex flex-wrap items-center gap-2">
                    <a href=GroupPage::Configuration.path(&path) class="font-medium wrap-anywhere"><bdi>{group.name}</bdi></a>
                    <span class=badge><span aria-hidden="true">{sign}" "</span>{words}</span>
                </p>
                <p class="text-sm wrap-anywhere text-muted">{path.to_string()}</p>
                {given}
            </div>
            {review}
        </li>
    }
}
