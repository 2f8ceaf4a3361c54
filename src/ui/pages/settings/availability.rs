//! *Availability* of GitLab Duo in a group or project: each setting, and where it comes from.

use leptos::prelude::*;

use super::setting_list::{Asked, SetBelowList, SettingList, dialog};
use crate::{
    actions::query::Query,
    domain::{
        namespace::{GroupPath, NamespaceKind},
        paths::GroupPage,
    },
    ui::{
        components::{Note, Tone},
        layout::{Nav, Page, group_crumbs},
        pages::Visit,
    },
    usecases::{UseCaseError, What, settings::show_settings::show_settings},
};

pub(in crate::ui::pages) async fn page(
    visit: Visit,
    group: GroupPath,
    query: Query,
) -> Result<AnyView, UseCaseError> {
    let mut shown = show_settings(&visit.app, &visit.signed_in.caller, Some(&group)).await?;
    let frame = shown.frame.clone().ok_or(UseCaseError::NotFound(What::GroupOrProject))?;
    let name = frame.namespace.name.clone();
    let is_group = frame.namespace.kind == NamespaceKind::Group;
    let note = if let Some(path) = shown.archived.clone() {
        shown.may_change = false;
        Some(view! {
            <Note tone=Tone::Info>
                <bdi>{path.to_string()}</bdi>" is archived, so nothing can be changed here until it is unarchived."
            </Note>
        }.into_any())
    } else if shown.may_change {
        None
    } else {
        Some(view! {
            <Note tone=Tone::Info>
                "You can see these settings but not change them. That needs the role Owner of this group, in a project Maintainer."
            </Note>
        }.into_any())
    };
    let dialog = dialog(&shown, Asked::read(&query));
    Ok(view! {
        <Page
            title=format!("Availability · {name}")
            crumbs=group_crumbs(&frame, "Availability")
            nav=Some(Nav::of_group(&frame, GroupPage::Availability))
            covered=dialog.is_some()
        >
            <h1 class="pt-4 text-2xl font-semibold">"Availability"</h1>
            <p class="mt-1 max-w-prose text-muted">
                "What GitLab Duo may do in "<bdi>{name.clone()}</bdi>". A setting is inherited from above, unless it is set here."
            </p>
            {note}
            <SettingList visit shown=shown.clone() />
            {is_group.then(|| view! { <SetBelowList shown /> })}
        </Page>
        {dialog}
    }
    .into_any())
}
