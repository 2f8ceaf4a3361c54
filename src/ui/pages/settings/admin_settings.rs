//! *Settings* of the instance, for administrators: what all groups inherit.

use leptos::prelude::*;

use super::setting_list::{Asked, SetBelowList, SettingList, dialog};
use crate::{
    actions::query::Query,
    domain::paths,
    ui::{
        layout::{Crumb, Nav, Page},
        pages::visit,
    },
    usecases::settings::show_settings::show_settings,
};

#[component]
pub fn AdminSettingsPage() -> impl IntoView {
    let query = Query::of_page();
    visit(move |visit| async move {
        let shown = show_settings(&visit.app, &visit.signed_in.caller, None).await?;
        let dialog = dialog(&shown, Asked::read(&query));
        let crumbs = vec![Crumb::link("Administration", paths::ADMIN), Crumb::here("Settings")];
        Ok(view! {
            <Page
                title="Settings"
                crumbs
                nav=Some(Nav::of_administrators(paths::ADMIN_SETTINGS))
                covered=dialog.is_some()
            >
                <h1 class="pt-4 text-2xl font-semibold">"Settings"</h1>
                <p class="mt-1 max-w-prose text-muted">
                    "What every group and project inherits, unless one sets it for itself."
                </p>
                <SettingList visit shown=shown.clone() />
                <SetBelowList shown />
            </Page>
            {dialog}
        }
        .into_any())
    })
}
