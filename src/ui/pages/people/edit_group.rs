//! *General settings* of a group or project: name, path, description, subscription; then archiving, moving and
//! deleting, each of which asks first.

use leptos::prelude::*;

use super::new_group::{DescriptionField, NameField, PathField, SubscriptionFields};
use crate::{
    actions::{
        flash::Outcome,
        people::groups::{ARCHIVE_ADDRESS, DELETE_SUBJECT, EDIT_ADDRESS, MOVE_SUBJECT, SUBJECT},
        query::Query,
    },
    domain::{
        namespace::{GroupPath, NamespaceKind, Tier},
        paths::{GroupPage, with_fields},
    },
    ui::{
        components::{AlertNote, Field, Note, OutcomeNote, Wrong, described_by},
        layout::{Nav, Page, group_crumbs},
        pages::{
            Visit,
            people::group_dialogs::{self, noun},
        },
    },
    usecases::{
        UseCaseError,
        show_group_settings::{GroupSettings, show_group_settings},
    },
};

pub(in crate::ui::pages) async fn page(
    visit: Visit,
    group: GroupPath,
    query: Query,
) -> Result<AnyView, UseCaseError> {
    let settings = show_group_settings(&visit.app, &visit.signed_in.caller, &group).await?;
    let flash = |subject| visit.flash_about(subject).map(|flash| flash.outcome.clone());
    let (wrong, outcome) = match flash(SUBJECT) {
        Some(Outcome::Failed(error)) => (Wrong::from(&error), None),
        other => (Wrong::default(), other),
    };
    let outcome = outcome.or_else(|| flash(MOVE_SUBJECT).filter(|it| *it == Outcome::GroupMoved));
    let wrong_move = match flash(MOVE_SUBJECT) {
        Some(Outcome::Failed(error)) => Some(error.message()),
        _ => None,
    };
    let wrong_delete = match flash(DELETE_SUBJECT) {
        Some(Outcome::Failed(error)) => Some(error.message()),
        _ => None,
    };
    let dialog = group_dialogs::asked(&settings, &query, wrong_delete);
    let frame = settings.frame.clone();
    let active = settings.archived.is_none();
    Ok(view! {
        <Page
            title=format!("General settings · {}", frame.namespace.name)
            crumbs=group_crumbs(&frame, "General settings")
            nav=Some(Nav::of_group(&frame, GroupPage::Edit))
            covered=dialog.is_some()
        >
            <h1 class="pt-4 text-2xl font-semibold">"General settings"</h1>
            <OutcomeNote outcome done />
            <IsArchived settings=settings.clone() />
            {active.then(|| view! { <General settings=settings.clone() query=query.clone() wrong /> })}
            <Archive settings=settings.clone() />
            {active.then(|| view! { <Move settings=settings.clone() to=query.text("to") wrong=wrong_move /> })}
            <Delete settings />
        </Page>
        {dialog}
    }
    .into_any())
}

/// The flash of the form that led here.
fn done(outcome: Outcome) -> Option<AnyView> {
    let words = match outcome {
        Outcome::Saved => "Saved.",
        Outcome::GroupArchived => "Archived. Reviews and flows have stopped here.",
        Outcome::GroupUnarchived => "Unarchived. Everything is as it was.",
        Outcome::GroupMoved => "Moved, with everything below it. These are its settings in the new place.",
        _ => return None,
    };
    Some(words.into_any())
}

/// The address of this page with a dialog open.
pub(super) fn asking(group: &GroupPath, what: &str) -> String {
    with_fields(&GroupPage::Edit.path(group), &[("confirm", what)])
}

#[component]
fn IsArchived(settings: GroupSettings) -> impl IntoView {
    let GroupSettings { frame, archived, .. } = settings;
    archived.map(|path| {
        let here = path == frame.namespace.path;
        let noun = noun(frame.namespace.kind);
        view! {
            <Note>
                {if here {
                    view! { "This "{noun}" is archived" }.into_any()
                } else {
                    view! {
                        <a href=GroupPage::Overview.path(&path)>{path.to_string()}</a>
                        ", above this "{noun}", is archived"
                    }
                        .into_any()
                }}
                ": reviews and flows have stopped. Until it is unarchived, its settings and everything below it are locked; members and seats can be changed."
            </Note>
        }
    })
}

#[component]
fn General(settings: GroupSettings, query: Query, wrong: Wrong) -> impl IntoView {
    let GroupSettings { frame, details, top_level, administers, .. } = settings;
    let namespace = frame.namespace;
    // What was entered and refused, or else what it is.
    let typed = |field: &str, now: &str| query.get(field).unwrap_or(now).to_owned();
    let last = namespace.path.last().to_owned();
    let alert = wrong.beyond(&["name", "path", "description"]);
    let prefix = namespace.path.parent().map(|parent| format!("{parent}/"));
    let bought = top_level.map(|it| it.subscription);
    let subscription = bought.map(|now| {
        if administers {
            let tier = query.get("tier").and_then(Tier::from_key).unwrap_or(now.tier);
            let duo_enterprise = match query.get("duo_enterprise") {
                Some("true") => true,
                Some("false") => false,
                _ => now.duo_enterprise,
            };
            view! {
                <input type="hidden" name="seen_tier" value=now.tier.key() />
                <input type="hidden" name="seen_duo_enterprise" value=now.duo_enterprise.to_string() />
                <SubscriptionFields tier duo_enterprise />
            }
            .into_any()
        } else {
            view! {
                <p class="text-sm">
                    <span class="font-medium">"Subscription: "</span>{now.words()}
                    <span class="block text-muted">"An administrator can change it."</span>
                </p>
            }
            .into_any()
        }
    });
    view! {
        <form method="post" action=EDIT_ADDRESS class="card mt-6 max-w-2xl space-y-5 p-5" aria-label="General settings">
            {alert.map(|message| view! { <AlertNote>{message}</AlertNote> })}
            <input type="hidden" name="group" value=namespace.path.to_string() />
            <input type="hidden" name="seen_name" value=namespace.name.clone() />
            <input type="hidden" name="seen_path" value=last.clone() />
            <input type="hidden" name="seen_description" value=details.description.clone() />
            <NameField value=typed("name", &namespace.name) wrong=wrong.with("name") first=false />
            <DescriptionField
                value=typed("description", &details.description)
                wrong=wrong.with("description")
            />
            <PathField value=typed("path", &last) wrong=wrong.with("path") prefix may_be_empty=false />
            {subscription}
            <p><button type="submit" class="button button-primary">"Save changes"</button></p>
        </form>
    }
}

#[component]
fn Archive(settings: GroupSettings) -> impl IntoView {
    let namespace = settings.frame.namespace;
    let noun = noun(namespace.kind);
    // What is archived above it is unarchived there.
    let above = settings.archived.is_some() && settings.details.archived_at.is_none();
    let body = if settings.details.archived_at.is_some() {
        view! {
            <p class="mt-1 text-sm text-muted">"Reviews and flows run again as they did before."</p>
            <form method="post" action=ARCHIVE_ADDRESS class="mt-3">
                <input type="hidden" name="group" value=namespace.path.to_string() />
                <input type="hidden" name="archived" value="false" />
                <button type="submit" class="button">"Unarchive this "{noun}</button>
            </form>
        }
        .into_any()
    } else {
        view! {
            <p class="mt-1 text-sm text-muted">
                "Stops reviews and flows here and below, and locks its settings and everything below it. Members and seats can still be changed. Nothing is lost: unarchiving brings everything back."
            </p>
            <p class="mt-3"><a class="button" href=asking(&namespace.path, "archive")>"Archive this "{noun}</a></p>
        }
        .into_any()
    };
    (!above).then(|| {
        view! {
            <section class="card mt-8 max-w-2xl p-5" aria-labelledby="archive">
                <h2 id="archive" class="text-base font-semibold">"Archive"</h2>
                {body}
            </section>
        }
    })
}

#[component]
fn Move(
    settings: GroupSettings,
    to: String,
    #[prop(optional_no_strip)] wrong: Option<String>,
) -> impl IntoView {
    let GroupSettings { frame, top_level, administers, .. } = settings;
    let namespace = frame.namespace;
    let noun = noun(namespace.kind);
    let (is_wrong, is_group) = (wrong.is_some(), namespace.kind == NamespaceKind::Group);
    let help = match (is_group, top_level.is_some(), administers) {
        (_, true, false) => {
            return view! {
                <section id="move" class="card mt-4 max-w-2xl p-5" aria-labelledby="move-title">
                    <h2 id="move-title" class="text-base font-semibold">"Move"</h2>
                    <p class="mt-1 text-sm text-muted">"Only an administrator can move a top-level group below another."</p>
                </section>
            }
            .into_any();
        }
        (true, false, true) => "The full path of a group. Leave empty to make this a top-level group.",
        (_, _, true) => "The full path of a group.",
        _ => "The full path of a group where you are an Owner.",
    };
    let required = top_level.is_some() || !is_group || !administers;
    view! {
        <section id="move" class="card mt-4 max-w-2xl scroll-mt-8 p-5" aria-labelledby="move-title">
            <h2 id="move-title" class="text-base font-semibold">"Move"</h2>
            <p class="mt-1 text-sm text-muted">
                "Moves everything below it, too. Flows, seats and consent are then those of the new top-level group. Old links stop working."
            </p>
            <form method="get" action=GroupPage::Edit.path(&namespace.path) class="mt-3">
                <input type="hidden" name="confirm" value="move" />
                <Field id="move-to" label="Move it to" wrong>
                    <input
                        id="move-to"
                        name="to"
                        class="field mt-1 w-full scroll-mt-8"
                        required=required
                        maxlength="5500"
                        autocomplete="off"
                        autocapitalize="none"
                        spellcheck="false"
                        autofocus=is_wrong
                        aria-invalid=is_wrong.then_some("true")
                        aria-describedby=described_by("move-to", true, is_wrong)
                        value=to
                    />
                    <p id="move-to-help" class="mt-1 text-sm text-muted">{help}</p>
                </Field>
                <p class="mt-3"><button type="submit" class="button">"Move this "{noun}"…"</button></p>
            </form>
        </section>
    }
    .into_any()
}

#[component]
fn Delete(settings: GroupSettings) -> impl IntoView {
    let namespace = settings.frame.namespace;
    let noun = noun(namespace.kind);
    view! {
        <section class="card mt-4 max-w-2xl p-5" aria-labelledby="delete">
            <h2 id="delete" class="text-base font-semibold">"Delete"</h2>
            <p class="mt-1 text-sm text-muted">
                "Deletes everything below it, too, for good. The audit log and the consent ledger keep their records."
            </p>
            <p class="mt-3"><a class="button" href=asking(&namespace.path, "delete")>"Delete this "{noun}"…"</a></p>
        </section>
    }
}
