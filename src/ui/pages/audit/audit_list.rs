//! Shared by both audit pages: the filter, the matching events, and the export links.

use leptos::prelude::*;

use crate::{
    actions::query::Query,
    domain::{
        audit::{AuditActor, AuditCursor, AuditEvent, AuditKind},
        audit_query::{AuditQuery, AuditSelection, WrongFilter},
        audit_sentence::{Detail, Sentence},
        namespace::GroupPath,
        paths,
    },
    ui::{
        components::{AlertNote, Field, Time},
        pages::Visit,
    },
    usecases::audit::list_audit_events::AuditPage,
};

/// The query parameters of an audit page.
#[derive(Clone, Debug)]
pub(in crate::ui::pages) struct AuditPageQuery {
    query: AuditQuery,
    pub parsed: Result<AuditSelection, WrongFilter>,
    pub before: Option<AuditCursor>,
}

impl AuditPageQuery {
    pub fn from(address: &Query) -> Self {
        let query = AuditQuery::read(|name| address.text(name));
        Self { parsed: query.parse(), before: address.get("before").and_then(AuditCursor::parse), query }
    }

    pub fn selection(&self) -> Option<AuditSelection> {
        self.parsed.clone().ok()
    }

    /// The URL of the same filter at `here`, from the newest event on.
    fn newest(&self, here: &str) -> String {
        let query = self.query.address();
        if query.is_empty() { here.to_owned() } else { format!("{here}?{query}") }
    }

    /// The URL of the same filter at `here`, for events before the cursor.
    fn older(&self, here: &str, before: AuditCursor) -> String {
        let query = self.query.address();
        let and = if query.is_empty() { "" } else { "&" };
        format!("{here}?{query}{and}before={}", before.address())
    }
}

/// The filter, its events and the pager. `group` is `None` for the whole log; `here` is the page's path.
#[component]
pub(super) fn AuditList(
    visit: Visit,
    asked: AuditPageQuery,
    page: Option<AuditPage>,
    group: Option<GroupPath>,
    here: String,
) -> impl IntoView {
    let wrong = asked.parsed.clone().err();
    let filtered = !asked.query.is_empty();
    let going_on = asked.before.is_some();
    let export = |format| paths::audit_export(group.as_ref(), format, &asked.query);
    let downloads = page.as_ref().filter(|page| !page.events.is_empty()).map(|_| {
        view! {
            <p class="mt-4 flex flex-wrap items-center gap-3 text-sm">
                <span class="text-muted">
                    {if filtered { "What the filter shows, on all pages:" } else { "All of it:" }}
                </span>
                <a class="link" href=export("csv")>"Download CSV"</a>
                <a class="link" href=export("ndjson")>"Download NDJSON"</a>
            </p>
        }
    });
    let list = page.map(|AuditPage { events, older }| {
        let empty = events.is_empty();
        let in_group = group.is_some();
        let events = events
            .into_iter()
            .map(|event| view! { <Event visit=visit.clone() event here=here.clone() in_group /> })
            .collect_view();
        let nothing = match (going_on, filtered) {
            (true, _) => "There is nothing older.",
            (false, true) => "No event fits the filter. Remove a condition, or clear it.",
            (false, false) => "Nothing was changed here yet.",
        };
        view! {
            {if empty {
                view! { <p class="mt-4 text-muted" role="status">{nothing}</p> }.into_any()
            } else {
                view! { <ul class="card mt-3 divide-y divide-line">{events}</ul> }.into_any()
            }}
            {(going_on || older.is_some())
                .then(|| {
                    view! {
                        <nav aria-label="Pages" class="mt-4 flex flex-wrap gap-3">
                            {going_on.then(|| view! { <a class="button" href=asked.newest(&here)>"Newest events"</a> })}
                            {older.map(|before| view! { <a class="button" href=asked.older(&here, before)>"Older events"</a> })}
                        </nav>
                    }
                })}
        }
    });
    view! {
        <FilterForm query=asked.query.clone() wrong here=here.clone() />
        {wrong
            .map(|wrong| {
                view! {
                    <div id="filter-error">
                        <AlertNote>{wrong.message}" Until then no events are shown."</AlertNote>
                    </div>
                }
            })}
        {downloads}
        {list}
    }
}

#[component]
fn FilterForm(query: AuditQuery, wrong: Option<WrongFilter>, here: String) -> impl IntoView {
    let filtered = !query.is_empty();
    let [wrong_person, wrong_kind, wrong_from, wrong_to] =
        ["person", "kind", "from", "to"].map(|field| wrong.is_some_and(|wrong| wrong.field == field));
    let (action, all) = (here.clone(), here);
    let chosen = query.kind.clone();
    let kinds = AuditKind::ALL
        .into_iter()
        .map(|kind| {
            let selected = kind.key() == chosen;
            view! { <option value=kind.key() selected=selected>{kind.label()}</option> }
        })
        .collect_view();
    view! {
        <form method="get" action=action class="card mt-3 p-4" aria-label="Filter events">
            <div class="grid gap-4 sm:grid-cols-2 lg:grid-cols-4">
                <Field id="filter-person" label="Person">
                    <input
                        id="filter-person"
                        name="person"
                        class="field mt-1 w-full"
                        placeholder="User name"
                        autocomplete="off"
                        autocapitalize="none"
                        spellcheck="false"
                        maxlength="255"
                        autofocus=wrong_person
                        aria-invalid=wrong_person.then_some("true")
                        aria-describedby=wrong_person.then_some("filter-error")
                        value=query.person
                    />
                </Field>
                <Field id="filter-kind" label="Kind">
                    <select
                        id="filter-kind"
                        name="kind"
                        class="field mt-1 w-full"
                        autofocus=wrong_kind
                        aria-invalid=wrong_kind.then_some("true")
                        aria-describedby=wrong_kind.then_some("filter-error")
                    >
                        <option value="">"Every kind"</option>
                        {kinds}
                    </select>
                </Field>
                <Day id="filter-from" name="from" label="First day (UTC)" wrong=wrong_from value=query.from />
                <Day id="filter-to" name="to" label="Last day (UTC)" wrong=wrong_to value=query.to />
            </div>
            <p class="mt-4 flex flex-wrap items-center gap-3">
                <button type="submit" class="button">"Filter"</button>
                {filtered.then(|| view! { <a class="link" href=all>"Clear the filter"</a> })}
                {(!query.event.trim().is_empty())
                    .then(|| {
                        let event = query.event.trim().to_owned();
                        view! { <span class="text-sm text-muted">"Only event "{event}" is shown."</span> }
                    })}
            </p>
        </form>
    }
}

#[component]
fn Day(
    id: &'static str,
    name: &'static str,
    label: &'static str,
    wrong: bool,
    value: String,
) -> impl IntoView {
    view! {
        <Field id label>
            <input
                id=id
                type="date"
                name=name
                class="field mt-1 w-full"
                autofocus=wrong
                aria-invalid=wrong.then_some("true")
                aria-describedby=wrong.then_some("filter-error")
                value=value
            />
        </Field>
    }
}

#[component]
fn Event(visit: Visit, event: AuditEvent, here: String, in_group: bool) -> impl IntoView {
    let id = event.id;
    let event = event.event;
    let kind = event.kind.clone();
    let Sentence { what, details } = Sentence::of(&event);
    let details = details.into_iter().map(|detail| match detail {
        Detail::Words(words) => words.into_any(),
        Detail::Value(value) => view! { <code>{value}</code> }.into_any(),
    });
    let details: Vec<AnyView> = details.collect();
    let from = if event.remote_ip.is_empty() { String::new() } else { format!(" from {}", event.remote_ip) };
    let group = event.namespace.filter(|_| !in_group).map(|namespace| format!("In {}. ", namespace.path));
    let group = group.unwrap_or_default();
    let how = format!("{group}Done {}{from}, request {}. ", event.surface.phrase(), event.request_id);
    view! {
        <li id=format!("event-{id}") class="px-4 py-3 target:bg-raised">
            <p class="break-words">
                <Who actor=event.actor />
                " "
                <bdi>{what}</bdi>
                " "
                {kind.known().is_some_and(AuditKind::is_consent).then(|| view! { <span class="badge">"Consent"</span>" " })}
                <Time moment=visit.moment(event.at) />
            </p>
            {(!details.is_empty()).then(|| view! { <p class="mt-0.5 text-sm wrap-anywhere">{details}</p> })}
            <p class="mt-0.5 text-sm break-words text-muted">
                {how}
                <a href=format!("{here}?event={id}") class="text-muted underline hover:text-ink">
                    "Event "{id.to_string()}
                </a>
            </p>
        </li>
    }
}

/// The actor's name, followed by the user name if the actor was a user.
#[component]
fn Who(actor: AuditActor) -> impl IntoView {
    let name = match (actor.name.is_empty(), actor.username.is_empty()) {
        (false, _) => actor.name,
        (true, false) => actor.username.clone(),
        (true, true) => String::from("Somebody"),
    };
    let username = actor.id.map(|_| format!(" (@{})", actor.username));
    view! { <strong><bdi>{name}</bdi></strong>{username} }
}
