//! *Audit events* of a group: consents and all other changes.

use leptos::prelude::*;

use super::audit_list::{AuditList, AuditPageQuery};
use crate::{
    actions::query::Query,
    domain::{flows::consent::LedgerAction, namespace::GroupPath, paths::GroupPage, stored::Stored},
    ui::{
        components::Time,
        layout::{Nav, Page, group_crumbs},
        pages::Visit,
    },
    usecases::{LedgerEntry, UseCaseError, audit::list_audit_events::list_audit_events},
};

pub(in crate::ui::pages) async fn page(
    visit: Visit,
    group: GroupPath,
    query: Query,
) -> Result<AnyView, UseCaseError> {
    let asked = AuditPageQuery::from(&query);
    let history =
        list_audit_events(&visit.app, &visit.signed_in.caller, &group, asked.selection(), asked.before)
            .await?;
    let frame = history.frame;
    let ledger = history
        .ledger
        .into_iter()
        .map(|entry| view! { <Entry visit=visit.clone() entry /> })
        .collect::<Vec<_>>();
    let no_consents = ledger.is_empty();
    let here = GroupPage::AuditEvents.path(&group);
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
                <AuditList visit asked page=history.page group=Some(group) here />
            </section>
        </Page>
    }
    .into_any())
}

#[component]
fn Entry(visit: Visit, entry: LedgerEntry) -> impl IntoView {
    let what = match &entry.action {
        Stored::Known(LedgerAction::Given) => String::from(" gave consent"),
        Stored::Known(LedgerAction::Withdrawn) => String::from(" withdrew the consent"),
        Stored::Newer(key) => format!(" did what this release does not know, {key}, to the consent"),
    };
    let version = entry.wording.as_str().split('-').next().unwrap_or_default().to_owned();
    view! {
        <li class="px-4 py-3">
            <p><strong><bdi>{entry.user_name}</bdi></strong>" (@"{entry.username}")"{what}" "<Time moment=visit.moment(entry.at) /></p>
            <p class="mt-0.5 text-sm text-muted">
                "As "{entry.role}", "{entry.surface.phrase()}", to wording version "{version}
            </p>
        </li>
    }
}
