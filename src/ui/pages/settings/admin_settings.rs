//! *Settings* of the instance, for administrators: what all groups inherit.

use leptos::prelude::*;

use super::setting_list::SettingList;
use crate::{
    domain::paths,
    ui::{
        layout::{Crumb, Nav, Page},
        pages::visit,
    },
    usecases::settings::show_settings::show_settings,
};

#[component]
pub fn AdminSettingsPage() -> impl IntoView {
    visit(move |visit| async move {
        let shown = show_settings(&visit.app, &visit.signed_in.caller, None).await?;
        let crumbs = vec![Crumb::link("Administration", paths::ADMIN), Crumb::here("Settings")];
        Ok(view! {
            <Page title="Settings" crumbs nav=Some(Nav::of_administrators(paths::ADMIN_SETTINGS))>
                <h1 class="pt-4 text-2xl font-semibold">"Settings"</h1>
                <p class="mt-1 max-w-prose text-muted">
                    "What every group and project inherits, unless one sets it for itself."
                </p>
                <SettingList visit shown />
            </Page>
        }
        .into_any())
    })
}
