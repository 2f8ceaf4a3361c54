//! A flow's checkbox: saves on change, offers *Undo*, and opens the consent dialog where consent is needed.

use leptos::{ev, html, prelude::*, task::spawn_local};
use serde::{Deserialize, Serialize};

use crate::{
    actions::{
        error::ActionError,
        flows::set_flow::{ADDRESS, By, ConsentStatus, FlowStatus, set_flow},
    },
    ui::islands::{
        awake,
        feedback::{Feedback, FeedbackLine},
        focus, keep_checked, text,
    },
};

/// The part of a row that does not change while the page is open.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FlowRow {
    /// The group's full path.
    pub group: String,
    /// URL of the group's overview, which says which engine runs and for whom.
    pub overview: String,
    /// The flow's reference.
    pub flow: String,
    pub id: String,
    pub name: String,
    pub description: String,
    pub badges: Vec<String>,
    /// Why the visitor cannot switch it here; `None` when they can.
    pub locked: Option<String>,
    /// The consent dialog; `None` when the flow needs no consent.
    pub dialog: Option<Dialog>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Dialog {
    /// URL for re-authentication, which returns to the dialog.
    pub confirm_first: String,
    pub wording: String,
    pub cancel: String,
    pub confirm: String,
}

/// The row of a flow. `children` is the text of the consent dialog.
#[island]
pub fn FlowToggle(row: FlowRow, status: FlowStatus, feedback: Feedback, children: Children) -> impl IntoView {
    let awake = awake();
    let status = RwSignal::new(status);
    let feedback = RwSignal::new(feedback);
    let dialog_ref = NodeRef::<html::Dialog>::new();
    let checkbox = NodeRef::<html::Input>::new();
    let row = StoredValue::new(row);
    let enabled = Signal::derive(move || status.with(|it| it.enabled));
    let version = Signal::derive(move || status.with(|it| it.version));

    let send = move |on: bool, wording: Option<String>| {
        if feedback.get_untracked().is_saving() {
            return;
        }
        feedback.set(Feedback::Saving);
        let (group, flow) = row.with_value(|row| (row.group.clone(), row.flow.clone()));
        let version = status.get_untracked().version;
        spawn_local(async move {
            let outcome = match set_flow(group, flow, on, version, wording).await {
                Ok(now) => {
                    let saved = Feedback::Saved(now.consequence.clone());
                    status.set(now);
                    saved
                }
                Err(ActionError::ConfirmSignIn) => {
                    // After re-authentication the user returns to the dialog, which has its own URL.
                    let dialog = row.with_value(|row| row.dialog.as_ref().map(|it| it.confirm_first.clone()));
                    // Navigation only fails when the page is being left already.
                    let _ = window().location().assign(&dialog.unwrap_or_default());
                    return;
                }
                Err(error) => {
                    if let ActionError::Conflict(now) = &error {
                        status.set((**now).clone());
                    }
                    Feedback::failed(&error)
                }
            };
            if let Some(dialog) = dialog_ref.get_untracked()
                && dialog.open()
            {
                dialog.close();
                focus(checkbox);
            }
            feedback.set(outcome);
        });
    };
    // Turning on a flow that needs consent opens the dialog and sends nothing.
    let ask_or_send = move |on: bool| match dialog_ref.get_untracked() {
        Some(dialog) if on => {
            // Fails only when it is open already.
            let _ = dialog.show_modal();
        }
        _ => send(on, None),
    };
    let switch = move |wanted: bool| {
        let needs_dialog = row.with_value(|row| row.dialog.is_some());
        if let Some(checkbox) = checkbox.get_untracked()
            && ((wanted && needs_dialog) || feedback.get_untracked().is_saving())
        {
            checkbox.set_checked(enabled.get_untracked());
        }
        ask_or_send(wanted);
    };
    keep_checked(checkbox, enabled, feedback.into(), switch);
    let on_change = move |event: ev::Event| switch(event_target_checked(&event));
    let review = move |event: ev::SubmitEvent| {
        event.prevent_default();
        ask_or_send(true);
    };
    let undo = move |event: ev::SubmitEvent| {
        event.prevent_default();
        ask_or_send(!enabled.get_untracked());
        // Has no effect while a dialog holds the focus.
        focus(checkbox);
    };
    let confirm = move |_| send(true, row.with_value(|row| row.dialog.as_ref().map(|it| it.wording.clone())));

    let FlowRow { id, name, description, badges, locked, dialog, .. } = row.get_value();
    let locked_off = locked.is_some();
    let described_by = {
        let id = id.clone();
        move || {
            let silent = status.with(|it| it.effect.is_empty());
            let effect = if silent { String::new() } else { format!(" {id}-effect") };
            let locked = if locked_off { format!(" {id}-locked") } else { String::new() };
            format!("{id}-help{effect}{locked}")
        }
    };
    let reason = locked.map(|why| view! { <p id=format!("{id}-locked") class="setting-more">{why}</p> });
    let changed = move || status.with(|it| it.changed.clone());
    let effect = (dialog.is_some() || status.with_untracked(|it| it.hindered))
        .then(|| view! { <EffectNote row status locked=locked_off review /> });
    view! {
        <form method="post" action=ADDRESS class="setting" on:submit=|event| event.prevent_default()>
            <HiddenFields row version />
            <input
                type="checkbox"
                id=id.clone()
                name="enabled"
                value="true"
                class="checkbox"
                autocomplete="off"
                aria-describedby=described_by
                disabled=locked_off
                checked=enabled.get_untracked()
                node_ref=checkbox
                on:change=on_change
            />
            <span class="flex flex-wrap items-center gap-x-2 gap-y-1">
                <label for=id.clone() class="font-semibold">{name.clone()}</label>
                {badges.into_iter().map(|badge| view! { <span class="badge">{badge}</span> }).collect_view()}
            </span>
            <button
                type="submit"
                class="button button-small -my-1"
                class:hidden=locked_off
                class:invisible=move || awake.get()
            >
                "Save" <span class="sr-only">" "{name.clone()}</span>
            </button>
            <span id=format!("{id}-help") class="setting-more text-muted">{description}</span>
            {reason}
        </form>
        <div class="ml-7 text-sm">
            {effect}
            <div class="mt-1 flex min-h-6 flex-wrap items-center gap-x-3">
                <Who what="Changed by" by=Signal::derive(changed) />
                <p class="text-muted" class:hidden=move || changed().is_some()>"Never changed"</p>
                <FeedbackLine feedback=feedback.into() />
                <form
                    method="post"
                    action=ADDRESS
                    class:hidden=move || !feedback.with(Feedback::is_saved)
                    on:submit=undo
                >
                    <HiddenFields row version />
                    <input type="hidden" name="enabled" value=move || (!enabled.get()).to_string() />
                    <button type="submit" class="link">"Undo" <span class="sr-only">" "{name}</span></button>
                </form>
            </div>
        </div>
        {dialog
            .map(|dialog| {
                let busy = Signal::derive(move || feedback.with(Feedback::is_saving));
                view! { <ConsentDialog dialog dialog_ref title_id=format!("{id}-dialog-title") busy confirm children /> }
            })}
    }
}

/// The effect of the flow being on, and who consented; or that consent is missing, with *Review and consent*.
#[component]
fn EffectNote(
    row: StoredValue<FlowRow>,
    status: RwSignal<FlowStatus>,
    locked: bool,
    review: impl Fn(ev::SubmitEvent) + 'static,
) -> impl IntoView {
    let missing = move || status.with(|it| it.consent == ConsentStatus::Missing);
    let given = move || match status.get().consent {
        ConsentStatus::Given(by) => Some(by),
        _ => None,
    };
    let FlowRow { id, flow, overview, dialog, .. } = row.get_value();
    let needs_consent = dialog.is_some();
    let consent = dialog.map(|_| {
        view! {
            <Who what="Consent given by" by=Signal::derive(given) />
            // `?` is the current URL without its fragment, which would take the focus from the dialog.
            <form method="get" action="?" class="mt-2" class:hidden=move || locked || !missing() on:submit=review>
                <input type="hidden" name="confirm" value=flow />
                <button type="submit" class="button button-small">"Review and consent"</button>
            </form>
        }
    });
    view! {
        <div class="mt-2" class:note=missing class:hidden=move || status.with(|it| it.effect.is_empty())>
            <p class="max-w-prose">
                <span id=format!("{id}-effect")>{text(move || status.with(|it| it.effect.clone()))}</span>
                {needs_consent
                    .then(|| {
                        view! {
                            <span class:hidden=move || !status.with(|it| it.hindered)>
                                " "<a class="underline" href=overview>"See the overview"</a>
                            </span>
                        }
                    })}
            </p>
            {consent}
        </div>
    }
}

/// The consent dialog, before anything is saved. Cancel, Escape and the backdrop close it.
#[component]
fn ConsentDialog(
    dialog: Dialog,
    dialog_ref: NodeRef<html::Dialog>,
    title_id: String,
    busy: Signal<bool>,
    confirm: impl Fn(ev::MouseEvent) + 'static,
    children: Children,
) -> impl IntoView {
    let close_on_backdrop = move |event: ev::MouseEvent| {
        if let Some(dialog) = dialog_ref.get_untracked()
            && event.target().as_ref() == Some(dialog.as_ref())
        {
            dialog.close();
        }
    };
    view! {
        <dialog node_ref=dialog_ref class="dialog" aria-labelledby=title_id on:click=close_on_backdrop>
            <div class="dialog-text">{children()}</div>
            <div class="dialog-buttons">
                <form method="dialog">
                    <button class="button" autofocus>{dialog.cancel}</button>
                </form>
                <button
                    type="button"
                    class="button button-primary"
                    aria-busy=move || busy.get().to_string()
                    on:click=confirm
                >
                    {dialog.confirm}
                </button>
            </div>
        </dialog>
    }
}

/// The hidden fields of every form about the flow.
#[component]
fn HiddenFields(row: StoredValue<FlowRow>, version: Signal<i64>) -> impl IntoView {
    let (group, flow) = row.with_value(|row| (row.group.clone(), row.flow.clone()));
    view! {
        <input type="hidden" name="group" value=group />
        <input type="hidden" name="flow" value=flow />
        <input type="hidden" name="version" value=move || version.get().to_string() />
    }
}

/// Who did `what`, and when; empty when `by` is `None`.
#[component]
fn Who(what: &'static str, by: Signal<Option<By>>) -> impl IntoView {
    let part =
        move |part: fn(&By) -> &String| by.with(|by| by.as_ref().map(part).cloned().unwrap_or_default());
    view! {
        <p class="text-muted" class:hidden=move || by.with(Option::is_none)>
            {what}" "<bdi>{text(move || part(|by| &by.by))}</bdi>" "
            <time datetime=move || part(|by| &by.at.datetime) title=move || part(|by| &by.at.exact)>
                {text(move || part(|by| &by.at.shown))}
            </time>
        </p>
    }
}
