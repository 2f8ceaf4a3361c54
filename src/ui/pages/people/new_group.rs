//! The form for a new group, subgroup or project.

use leptos::prelude::*;

use crate::{
    actions::{
        flash::Outcome,
        people::groups::{CREATE_ADDRESS, SUBJECT},
        query::Query,
    },
    domain::{
        namespace::{GroupPath, NamespaceKind, Tier},
        paths::{self, GroupPage},
    },
    ui::{
        components::{AlertNote, Field, Wrong, described_by},
        islands::PersonPicker,
        layout::{Crumb, Nav, Page, group_crumbs},
        pages::{Visit, visit},
    },
    usecases::{GroupFrame, UseCaseError, What, people::show_new_group::show_new_group},
};

#[component]
pub fn NewGroupPage() -> impl IntoView {
    let query = Query::of_page();
    visit(move |visit| page(visit, query))
}

async fn page(visit: Visit, query: Query) -> Result<AnyView, UseCaseError> {
    let parent = match query.text("parent").trim() {
        "" => None,
        path => {
            let path = GroupPath::parse(path);
            Some(path.map_err(|_| UseCaseError::NotFound(What::GroupOrProject))?)
        }
    };
    let frame = show_new_group(&visit.app, &visit.signed_in.caller, parent.as_ref()).await?;
    let kind = query.get("kind").and_then(NamespaceKind::from_key).unwrap_or(NamespaceKind::Group);
    let wrong = match visit.flash_about(SUBJECT).map(|flash| &flash.outcome) {
        Some(Outcome::Failed(error)) => Wrong::from(error),
        _ => Wrong::default(),
    };
    let title = match (&frame, kind) {
        (None, _) => "New group",
        (Some(_), NamespaceKind::Group) => "New subgroup",
        (Some(_), NamespaceKind::Project) => "New project",
    };
    let (crumbs, nav) = match &frame {
        None => (
            vec![
                Crumb::link("Administration", paths::ADMIN),
                Crumb::link("Groups", paths::ADMIN_GROUPS),
                Crumb::here(title),
            ],
            Nav::of_administrators(paths::ADMIN_GROUPS),
        ),
        Some(frame) => (group_crumbs(frame, title), Nav::of_group(frame, GroupPage::Overview)),
    };
    let fields: &[&str] = if frame.is_none() {
        &["name", "path", "description", "owner"]
    } else {
        &["name", "path", "description"]
    };
    let alert = wrong.beyond(fields);
    let back = frame.as_ref().map_or_else(
        || paths::ADMIN_GROUPS.to_owned(),
        |frame| GroupPage::Overview.path(&frame.namespace.path),
    );
    let prefix = frame.as_ref().map(|frame| format!("{}/", frame.namespace.path));
    Ok(view! {
        <Page title crumbs nav=Some(nav)>
            <h1 class="pt-4 text-2xl font-semibold">{title}</h1>
            <Lead frame=frame.clone() />
            {alert.map(|message| view! { <AlertNote>{message}</AlertNote> })}
            <form method="post" action=CREATE_ADDRESS class="card mt-4 max-w-2xl space-y-5 p-5">
                {frame
                    .as_ref()
                    .map(|frame| {
                        view! {
                            <input type="hidden" name="parent" value=frame.namespace.path.to_string() />
                            <input type="hidden" name="kind" value=kind.key() />
                        }
                    })}
                <NameField value=query.text("name") wrong=wrong.with("name") first=wrong.message.is_empty() />
                <PathField value=query.text("path") wrong=wrong.with("path") prefix may_be_empty=true />
                <DescriptionField value=query.text("description") wrong=wrong.with("description") />
                {frame.is_none().then(|| view! { <TopLevelFields query=query.clone() wrong=wrong.with("owner") /> })}
                <p class="flex flex-wrap gap-3">
                    <button type="submit" class="button button-primary">"Create"</button>
                    <a class="button" href=back>"Cancel"</a>
                </p>
            </form>
        </Page>
    }
    .into_any())
}

#[component]
fn Lead(frame: Option<GroupFrame>) -> impl IntoView {
    let text = match frame {
        None => view! {
            "A top-level group with its name and path in GitLab. No flow runs until an Owner turns it on."
        }
        .into_any(),
        Some(frame) => view! {
            "In "<bdi>{frame.namespace.name.clone()}</bdi>". Flows, seats and consent are those of "
            <bdi>{frame.top_level().name.clone()}</bdi>"; members of the groups above are members here."
        }
        .into_any(),
    };
    view! { <p class="mt-1 max-w-prose text-muted">{text}</p> }
}

#[component]
pub(super) fn NameField(
    value: String,
    #[prop(optional_no_strip)] wrong: Option<String>,
    /// Whether it takes the focus when nothing is wrong.
    first: bool,
) -> impl IntoView {
    let is_wrong = wrong.is_some();
    view! {
        <Field id="group-name" label="Name" wrong>
            <input
                id="group-name"
                name="name"
                class="field mt-1 w-full"
                required
                maxlength="255"
                autocomplete="off"
                autofocus=is_wrong || first
                aria-invalid=is_wrong.then_some("true")
                aria-describedby=described_by("group-name", false, is_wrong)
                value=value
            />
        </Field>
    }
}

#[component]
pub(super) fn PathField(
    value: String,
    #[prop(optional_no_strip)] wrong: Option<String>,
    /// The path of the group above, with a slash.
    #[prop(optional_no_strip)]
    prefix: Option<String>,
    may_be_empty: bool,
) -> impl IntoView {
    let is_wrong = wrong.is_some();
    let help = if may_be_empty {
        "The last part of its path: letters, digits, '_', '-' and '.'. Leave empty to derive it from the name."
    } else {
        "The last part of its path. The paths of everything below change with it. Old links stop working, and programs must use the new path."
    };
    view! {
        <Field id="group-path" label="Path" wrong>
            {prefix.map(|prefix| view! { <span class="mt-1 block text-sm wrap-anywhere text-muted">{prefix}</span> })}
            <input
                id="group-path"
                name="path"
                class="field mt-1 w-full"
                required=!may_be_empty
                maxlength="255"
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                autofocus=is_wrong
                aria-invalid=is_wrong.then_some("true")
                aria-describedby=described_by("group-path", true, is_wrong)
                value=value
            />
            <p id="group-path-help" class="mt-1 text-sm text-muted">{help}</p>
        </Field>
    }
}

#[component]
pub(super) fn DescriptionField(
    value: String,
    #[prop(optional_no_strip)] wrong: Option<String>,
) -> impl IntoView {
    let is_wrong = wrong.is_some();
    // Leptos does not escape the content of a textarea.
    let value = value.replace('&', "&amp;").replace('<', "&lt;");
    view! {
        <Field id="group-description" label="Description (optional)" wrong>
            <textarea
                id="group-description"
                name="description"
                rows="3"
                maxlength="2000"
                class="field mt-1 w-full"
                autofocus=is_wrong
                aria-invalid=is_wrong.then_some("true")
                aria-describedby=described_by("group-description", false, is_wrong)
            >
                {value}
            </textarea>
        </Field>
    }
}

#[component]
fn TopLevelFields(query: Query, #[prop(optional_no_strip)] wrong: Option<String>) -> impl IntoView {
    let is_wrong = wrong.is_some();
    let tier = query.get("tier").and_then(Tier::from_key).unwrap_or(Tier::Premium);
    view! {
        <SubscriptionFields tier duo_enterprise=query.get("duo_enterprise") == Some("true") />
        <Field id="group-owner" label="First Owner (optional)" wrong>
            <PersonPicker
                id="group-owner".to_owned()
                name="owner".to_owned()
                value=query.text("owner")
                group=String::new()
                several=false
                required=false
                is_wrong
                described_by=described_by("group-owner", true, is_wrong)
            />
            <p id="group-owner-help" class="mt-1 text-sm text-muted">
                "A user name or email address. An Owner adds members, turns on flows and consents. Without an Owner, only administrators can turn on flows."
            </p>
        </Field>
    }
}

/// What a top-level group bought.
#[component]
pub(super) fn SubscriptionFields(tier: Tier, duo_enterprise: bool) -> impl IntoView {
    let tiers = Tier::ALL.map(|it| {
        view! { <option value=it.key() selected=it == tier>{it.name()}</option> }
    });
    view! {
        <Field id="group-tier" label="Tier">
            <select id="group-tier" name="tier" class="field mt-1">{tiers.collect_view()}</select>
        </Field>
        <div>
            <label class="flex items-start gap-2">
                <input
                    type="checkbox"
                    name="duo_enterprise"
                    value="true"
                    class="checkbox"
                    checked=duo_enterprise
                    aria-describedby="group-duo-help"
                />
                "Duo Enterprise"
            </label>
            <p id="group-duo-help" class="mt-1 text-sm text-muted">
                "Its members can have seats for GitLab Duo Code Review."
            </p>
        </div>
    }
}
