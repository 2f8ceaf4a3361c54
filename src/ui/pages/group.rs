//! Dispatch of group pages: they share one route, because group paths may have any depth.

use leptos::prelude::*;

use super::{audit::audit_events, configuration, flows::overview, group_members, people::{edit_group, group_seats}, problem::NotFoundPage, visit};
use crate::{actions::{query::Query, support::below}, domain::paths::{self, GroupPage}};

#[component]
pub fn GroupPages() -> impl IntoView {
    let Some((group, page)) = GroupPage::parse(&below(paths::GROUP)) else {
        return visit(|_| async { Ok(view! { <NotFoundPage /> }.into_any()) }).into_any();
    };
    let query = Query::of_page();
    match page {
        GroupPage::Overview => visit(|visit| overview::page(visit, group)).into_any(),
        GroupPage::Configuration => visit(|visit| configuration::page(visit, group, query)).into_any(),
        GroupPage::Edit => visit(|visit| edit_group::page(visit, group, query)).into_any(),
        GroupPage::Members => visit(|visit| group_members::page(visit, group, query)).into_any(),
        GroupPage::Seats => visit(|visit| group_seats::page(visit, group, query)).into_any(),
        GroupPage::AuditEvents => visit(|visit| audit_events::page(visit, group, query)).into_any(),
    }
}
