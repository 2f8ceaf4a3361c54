//! The dialogs of a group's general settings: archive, move, delete. Each is a state of the page.

use leptos::prelude::*;

use crate::{
    actions::{
        people::groups::{ARCHIVE_ADDRESS, DELETE_ADDRESS, MOVE_ADDRESS},
        query::Query,
    },
    domain::{namespace::NamespaceKind, paths::GroupPage},
    ui::components::{Confirm, Field, Note, Tone, described_by},
    usecases::show_group_settings::{GroupSettings, TopLevel},
};

/// `group` or `project`, in the middle of a sentence.
pub(super) const fn noun(kind: NamespaceKind) -> &'static str {
    match kind {
        NamespaceKind::Group => "group",
        NamespaceKind::Project => "project",
    }
}

/// The dialog that the query asks for; `None` when it asks for none.
pub(super) fn asked(
    settings: &GroupSettings,
    query: &Query,
    wrong_delete: Option<String>,
) -> Option<AnyView> {
    let settings = settings.clone();
    let active = settings.archived.is_none();
    match query.get("confirm")? {
        "archive" if active => Some(view! { <ArchiveDialog settings /> }.into_any()),
        "move" if active => {
            let to = query.text("to").trim().to_owned();
            Some(view! { <MoveDialog settings to /> }.into_any())
        }
        "delete" => Some(view! { <DeleteDialog settings wrong=wrong_delete /> }.into_any()),
        _ => None,
    }
}

/// The name, path and size of what it is about.
#[component]
fn Subject(settings: GroupSettings) -> impl IntoView {
    let below = settings.extent.words();
    let namespace = settings.frame.namespace;
    view! {
        <dl class="mt-3 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
            <dt class="text-muted">"Name"</dt>
            <dd class="wrap-anywhere"><bdi>{namespace.name}</bdi></dd>
            <dt class="text-muted">"Path"</dt>
            <dd class="wrap-anywhere">{namespace.path.to_string()}</dd>
            {(!below.is_empty())
                .then(|| {
                    view! {
                        <dt class="text-muted">"Below it"</dt>
                        <dd>{below}</dd>
                    }
                })}
        </dl>
    }
}

fn buttons(back: &str, label: String) -> AnyView {
    view! {
        <a class="button" href=back.to_owned() autofocus>"Cancel"</a>
        <button type="submit" form="confirmed" class="button button-primary">{label}</button>
    }
    .into_any()
}

#[component]
fn ArchiveDialog(settings: GroupSettings) -> impl IntoView {
    let path = settings.frame.namespace.path.clone();
    let back = GroupPage::Edit.path(&path);
    let title = format!("Archive this {}", noun(settings.frame.namespace.kind));
    let buttons = buttons(&back, title.clone());
    view! {
        <Confirm back title_id="confirm-title" buttons>
            <h2 id="confirm-title">{title}"?"</h2>
            <Subject settings />
            <p class="mt-3">
                "Reviews and flows stop at once, here and below. Until it is unarchived, its settings and everything below it are locked; members and seats can be changed. Nothing is lost."
            </p>
            <form id="confirmed" method="post" action=ARCHIVE_ADDRESS>
                <input type="hidden" name="group" value=path.to_string() />
                <input type="hidden" name="archived" value="true" />
            </form>
        </Confirm>
    }
}

#[component]
fn MoveDialog(settings: GroupSettings, to: String) -> impl IntoView {
    let path = settings.frame.namespace.path.clone();
    let back = format!("{}#move", GroupPage::Edit.path(&path));
    let title = format!("Move this {}", noun(settings.frame.namespace.kind));
    let last = path.last().to_owned();
    let target = if to.is_empty() { last } else { format!("{}/{last}", to.trim_matches('/')) };
    let mut lines = endings(settings.top_level.as_ref());
    if to.is_empty() {
        lines.push(String::from(
            "It becomes a top-level group: it keeps tier and availability, has no Duo Enterprise, and every flow is off.",
        ));
    }
    let buttons = buttons(&back, title.clone());
    view! {
        <Confirm back title_id="confirm-title" buttons>
            <h2 id="confirm-title">{title}"?"</h2>
            <Subject settings />
            <p class="mt-3">
                "The new path is "<strong class="wrap-anywhere">{target}</strong>
                ". Members of the groups above it there become members here. Roles inherited from the groups above it now are lost."
            </p>
            <Endings lines />
            <form id="confirmed" method="post" action=MOVE_ADDRESS>
                <input type="hidden" name="group" value=path.to_string() />
                <input type="hidden" name="to" value=to />
            </form>
        </Confirm>
    }
}

#[component]
fn DeleteDialog(settings: GroupSettings, #[prop(optional_no_strip)] wrong: Option<String>) -> impl IntoView {
    let path = settings.frame.namespace.path.clone();
    let back = GroupPage::Edit.path(&path);
    let title = format!("Delete this {}", noun(settings.frame.namespace.kind));
    let lines = endings(settings.top_level.as_ref());
    let is_wrong = wrong.is_some();
    let buttons = view! {
        <a class="button" href=back.clone() autofocus=!is_wrong>"Cancel"</a>
        <button type="submit" form="confirmed" class="button button-primary">{title.clone()}</button>
    }
    .into_any();
    view! {
        <Confirm back title_id="confirm-title" buttons>
            <h2 id="confirm-title">{title}"?"</h2>
            <Subject settings />
            <p class="mt-3">
                "Everything below it and every membership is deleted with it. This cannot be undone. The audit log and the consent ledger keep their records."
            </p>
            <Endings lines />
            <form id="confirmed" method="post" action=DELETE_ADDRESS class="mt-4">
                <input type="hidden" name="group" value=path.to_string() />
                <Field id="confirmation" label="Type the full path to confirm" wrong>
                    <input
                        id="confirmation"
                        name="confirmation"
                        class="field mt-1 w-full"
                        required
                        autocomplete="off"
                        autocapitalize="none"
                        spellcheck="false"
                        autofocus=is_wrong
                        aria-invalid=is_wrong.then_some("true")
                        aria-describedby=described_by("confirmation", true, is_wrong)
                    />
                    <p id="confirmation-help" class="mt-1 text-sm wrap-anywhere text-muted">{path.to_string()}</p>
                </Field>
            </form>
        </Confirm>
    }
}

/// What ends with a top-level group, as a list of sentences.
fn endings(top_level: Option<&TopLevel>) -> Vec<String> {
    let Some(TopLevel { flows, consent, seats, .. }) = top_level else { return Vec::new() };
    let counted = |count: i64, one: &str, many: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        count => Some(format!("{count} {many}")),
    };
    let flows = i64::try_from(*flows).unwrap_or(i64::MAX);
    [
        counted(flows, "flow turns off.", "flows turn off."),
        consent
            .as_ref()
            .map(|given| format!("The consent given by {} is withdrawn in the ledger.", given.by_name)),
        counted(*seats, "Duo Enterprise seat ends.", "Duo Enterprise seats end."),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What a dialog says that is not good news.
#[component]
fn Endings(lines: Vec<String>) -> impl IntoView {
    (!lines.is_empty()).then(|| {
        let lines = lines.into_iter().map(|line| view! { <li>{line}</li> }).collect_view();
        view! { <Note tone=Tone::Danger><ul class="list-disc pl-5">{lines}</ul></Note> }
    })
}
