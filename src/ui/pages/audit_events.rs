//! The history of a group: consents, and every change.

use leptos::prelude::*;
use leptos_router::params::ParamsMap;

use super::Visit;
use crate::{
    domain::{
        audit::AuditEvent, consent::LedgerAction, ids::AuditEventId, namespace::GroupPath, paths::GroupPage,
    },
    ui::{
        components::Time,
        layout::{Nav, Page, group_crumbs},
    },
    usecases::{LedgerEntry, UseCaseError, list_audit_events::list_audit_events},
};

pub(super) async fn page(visit: Visit, group: GroupPath, query: ParamsMap) -> Result<AnyView, UseCaseError> {
    let before = query.get_str("before").and_then(|id| id.parse().ok()).map(AuditEventId);
    let history = list_audit_events(&visit.app, &visit.signed_in.caller, &group, before).await?;
    let frame = history.frame.clone();
    let here = GroupPage::AuditEvents.path(&group);
    let older = history.older.map(|id| format!("{here}?before={id}"));
    let empty = history.events.is_empty();
    let events =
        history.events.into_iter().map(|event| view! { <Event visit=visit.clone() event /> }).collect_view();
    let ledger = history
        .ledger
        .into_iter()
        .map(|entry| view! { <Entry visit=visit.clone() entry /> })
        .collect::<Vec<_>>();
    let no_consents = ledger.is_empty();
    Ok(view! {
        <Page
            title=format!("Audit events · {}", frame.namespace.name)
            crumbs=group_crumbs(&frame, "Audit events")
            nav=Some(Nav::of_group(&frame, GroupPage::AuditEvents))
        >
            <h1 class="pt-4 text-2xl font-semibold">"Audit events"</h1>
            <section class="mt-6" aria-labelledby="consents">
                <h2 id="consents" class="text-base font-semibold">"Consent to Code Review Flow"</h2>
                {if no_consents {
                    view! { <p class="mt-2 text-muted">"Nobody has given or withdrawn consent yet."</p> }.into_any()
                } else {
                    view! { <ul class="card mt-3 divide-y divide-line">{ledger}</ul> }.into_any()
                }}
            </section>
            <section class="mt-8" aria-labelledby="changes">
                <h2 id="changes" class="text-base font-semibold">"Changes"</h2>
                {if empty {
                    view! { <p class="mt-2 text-muted">"Nothing was changed here yet."</p> }.into_any()
                } else {
                    view! { <ul class="card mt-3 divide-y divide-line">{events}</ul> }.into_any()
                }}
                {older
                    .map(|href| view! { <p class="mt-4"><a class="button" href=href>"Older events"</a></p> })}
            </section>
        </Page>
    }
    .into_any())
}

#[component]
fn Entry(visit: Visit, entry: LedgerEntry) -> impl IntoView {
    let what = match entry.action {
        LedgerAction::Given => " gave consent",
        LedgerAction::Withdrawn => " withdrew the consent",
    };
    let version = entry.wording.as_str().split('-').next().unwrap_or_default().to_owned();
    view! {
        <li class="px-4 py-3">
            <p><strong>{entry.user_name}</strong>" (@"{entry.username}")"{what}" "<Time moment=visit.moment(entry.at) /></p>
            <p class="mt-0.5 text-sm text-muted">
                "As "{entry.role}", on the "{entry.surface.name()}", to wording version "{version}
            </p>
        </li>
    }
}

#[component]
fn Event(visit: Visit, event: AuditEvent) -> impl IntoView {
    let event = event.event;
    let target =
        crate::domain::flows::Flow::find(&event.target).map_or(event.target, |flow| flow.name.to_owned());
    let from = if event.remote_ip.is_empty() { String::new() } else { format!(" from {}", event.remote_ip) };
    view! {
        <li class="px-4 py-3">
            <p>
                <strong>{event.actor.name}</strong>" "{event.kind.phrase()}" "{target}" "
                <Time moment=visit.moment(event.at) />
            </p>
            <p class="mt-0.5 text-sm break-words text-muted">
                "On the "{event.surface.name()}{from}", request "{event.request_id}
            </p>
        </li>
    }
}
