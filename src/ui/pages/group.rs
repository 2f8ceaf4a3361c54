//! Dispatch of group pages: they share one route, because group paths may have any depth.

use leptos::prelude::*;

use super::{
    Visit,
    audit::audit_events,
    configuration,
    flows::consents,
    group_members, overview,
    people::{edit_group, group_seats},
    problem::NotFoundPage,
    settings::availability,
    visit,
};
use crate::{
    actions::{query::Query, support::below},
    domain::{
        namespace::GroupPath,
        paths::{self, GroupPage},
    },
    usecases::{UseCaseError, show_overview::consent_needed},
};

#[component]
pub fn GroupPages() -> impl IntoView {
    let Some((group, page)) = GroupPage::parse(&below(paths::GROUP)) else {
        return visit(|_| async { Ok(view! { <NotFoundPage /> }.into_any()) }).into_any();
    };
    let query = Query::of_page();
    match page {
        GroupPage::Overview => reminding(group, overview::page).into_any(),
        // Its row of Code Review asks for consent itself.
        GroupPage::Configuration => visit(|visit| configuration::page(visit, group, query)).into_any(),
        GroupPage::Availability => visit(|visit| availability::page(visit, group, query)).into_any(),
        GroupPage::Consents => visit(|visit| consents::page(visit, group)).into_any(),
        GroupPage::Edit => visit(|visit| edit_group::page(visit, group, query)).into_any(),
        GroupPage::Members => visit(|visit| group_members::page(visit, group, query)).into_any(),
        GroupPage::Seats => visit(|visit| group_seats::page(visit, group, query)).into_any(),
        GroupPage::AuditEvents => {
            reminding(group, |visit, group| audit_events::page(visit, group, query)).into_any()
        }
    }
}

/// A page of a group that first reminds whoever could consent to Code Review, while it is on without.
fn reminding<F>(group: GroupPath, page: impl FnOnce(Visit, GroupPath) -> F + Send + 'static) -> impl IntoView
where
    F: Future<Output = Result<AnyView, UseCaseError>> + Send + 'static,
{
    visit(move |visit| async move {
        // The page frame shows it.
        if let Some(needs) = consent_needed(&visit.app, &visit.signed_in.caller, &group).await? {
            provide_context(needs);
        }
        page(visit, group).await
    })
}
