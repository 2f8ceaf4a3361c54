//! *Feature groups*, for administrators: members, flags that name each group, and a form for a new one.

use leptos::prelude::*;

use crate::{
    actions::{
        error::ActionError,
        flags::feature_groups::{CREATE_ADDRESS, SUBJECT},
        flash::Outcome,
        query::Query,
    },
    domain::{flags::ADMINISTRATORS, paths},
    ui::{
        components::{AlertNote, Field},
        layout::{Crumb, Nav, Page},
        pages::visit,
    },
    usecases::{
        FlagReader,
        flags::list_feature_groups::{FeatureGroup, NamedBy, list_feature_groups},
    },
};

/// How many members or flags are listed; the rest is a number.
const NAMED: usize = 8;

#[component]
pub fn AdminFeatureGroupsPage() -> impl IntoView {
    let typed = Query::of_page().text("name");
    visit(move |visit| async move {
        let reader = FlagReader::administrator(&visit.signed_in.caller)?;
        let list = list_feature_groups(&visit.app, &reader).await?;
        let wrong = match visit.flash_about(SUBJECT).map(|flash| flash.outcome.clone()) {
            Some(Outcome::Failed(error)) => Some(error),
            _ => None,
        };
        let rows = list.groups.into_iter().map(|group| view! { <Row group /> }).collect_view();
        let crumbs = vec![Crumb::link("Administration", paths::ADMIN), Crumb::here("Feature groups")];
        Ok(view! {
            <Page title="Feature groups" crumbs nav=Some(Nav::of_administrators(paths::ADMIN_FEATURE_GROUPS))>
                <h1 class="pt-4 text-2xl font-semibold">"Feature groups"</h1>
                <p class="mt-1 max-w-prose text-muted">
                    "Users, groups and projects that a "<a class="link" href=paths::ADMIN_FEATURE_FLAGS>"feature flag"</a>
                    " can be opened for together."
                </p>
                <ul class="card mt-4 divide-y divide-line" aria-label="Feature groups">
                    <li class="px-4 py-3">
                        <p class="flex flex-wrap items-center gap-2">
                            <span class="font-medium">{ADMINISTRATORS}</span>
                            <span class="badge">"Built in"</span>
                        </p>
                        <p class="mt-0.5 text-sm">
                            "Every administrator, and nobody else. New administrators are added automatically."
                        </p>
                        <Flags flags=list.for_administrators />
                    </li>
                    {rows}
                </ul>
                <NewGroup typed wrong />
            </Page>
        }
        .into_any())
    })
}

#[component]
fn Row(group: FeatureGroup) -> impl IntoView {
    let members = match group.members.len() {
        0 => String::from("Nobody is in it yet."),
        _ => few(group.members),
    };
    view! {
        <li class="px-4 py-3">
            <a href=paths::feature_group(&group.name) class="font-medium wrap-anywhere">{group.name.clone()}</a>
            <p class="mt-0.5 text-sm wrap-anywhere">{members}</p>
            <Flags flags=group.named_by />
        </li>
    }
}

/// The flags that name the group.
#[component]
fn Flags(flags: Vec<NamedBy>) -> impl IntoView {
    let flags = flags.iter().map(|it| {
        let environments: Vec<_> = it.environments.iter().map(|it| it.key()).collect();
        format!("{} ({})", it.flag, environments.join(", "))
    });
    let flags: Vec<_> = flags.collect();
    let text = if flags.is_empty() {
        String::from("No flag is open for it.")
    } else {
        format!("Open for it: {}", few(flags))
    };
    view! { <p class="mt-0.5 text-sm wrap-anywhere text-muted">{text}</p> }
}

fn few(mut names: Vec<String>) -> String {
    let more = names.len().saturating_sub(NAMED);
    names.truncate(NAMED);
    let names = names.join(", ");
    if more == 0 { names } else { format!("{names} and {more} more") }
}

#[component]
fn NewGroup(typed: String, wrong: Option<ActionError>) -> impl IntoView {
    let invalid = wrong.is_some();
    let message = wrong.map(|error| {
        view! { <div id="group-wrong"><AlertNote>{error.message()}</AlertNote></div> }
    });
    view! {
        <section class="card mt-8 p-5" aria-labelledby="new-group">
            <h2 id="new-group" class="text-base font-semibold">"New group"</h2>
            <form method="post" action=CREATE_ADDRESS class="mt-3">
                <Field id="group-name" label="Name">
                    <input
                        id="group-name"
                        name="name"
                        class="field mt-1 w-full max-w-md scroll-mt-8"
                        required
                        maxlength="255"
                        autocomplete="off"
                        autocapitalize="none"
                        spellcheck="false"
                        autofocus=invalid
                        aria-invalid=invalid.then_some("true")
                        aria-describedby=if invalid { "group-wrong" } else { "group-name-help" }
                        value=typed
                    />
                    <p id="group-name-help" class="mt-1 text-sm text-muted">
                        "Letters, digits, '_', '-' and '.'. It cannot be changed later."
                    </p>
                </Field>
                {message}
                <p class="mt-3"><button type="submit" class="button button-primary">"Create the group"</button></p>
            </form>
        </section>
    }
}
