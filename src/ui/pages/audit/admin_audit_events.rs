//! *Audit events* of all groups, for administrators.

use leptos::prelude::*;

use super::audit_list::{AuditList, AuditPageQuery};
use crate::{
    actions::query::Query,
    domain::paths,
    ui::{
        layout::{Crumb, Nav, Page},
        pages::visit,
    },
    usecases::audit::list_audit_events::list_all_audit_events,
};

#[component]
pub fn AdminAuditEventsPage() -> impl IntoView {
    let asked = AuditPageQuery::from(&Query::of_page());
    visit(move |visit| async move {
        let caller = &visit.signed_in.caller;
        let page = list_all_audit_events(&visit.app, caller, asked.selection(), asked.before).await?;
        let crumbs = vec![Crumb::link("Administration", paths::ADMIN), Crumb::here("Audit events")];
        Ok(view! {
            <Page title="Audit events" crumbs nav=Some(Nav::of_administrators(paths::ADMIN_AUDIT_EVENTS))>
                <h1 class="pt-4 text-2xl font-semibold">"Audit events"</h1>
                <p class="mt-1 max-w-prose text-muted">
                    "Every change in every group, to every user and to the instance, the newest first."
                </p>
                <AuditList visit asked page group=None here=paths::ADMIN_AUDIT_EVENTS.to_owned() />
            </Page>
        }
        .into_any())
    })
}
