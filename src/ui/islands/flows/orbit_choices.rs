//! The Orbit checkboxes. Each saves on change; the others are shown only while the first is on.

use leptos::{ev, html, prelude::*, task::spawn_local};

use crate::{
    actions::flows::set_orbit::{ADDRESS, set_orbit},
    domain::flows::orbit::{OrbitSetting, OrbitSettings},
    ui::islands::{
        awake,
        feedback::{Feedback, FeedbackLine},
        focus, keep_checked,
    },
};

/// The last setting that was saved and its result: at most one setting at a time shows feedback.
type Last = Option<(OrbitSetting, Feedback)>;

/// All settings; `last` is the result of a form that was just posted.
#[island]
pub fn OrbitChoices(settings: OrbitSettings, last: Option<(OrbitSetting, Feedback)>) -> impl IntoView {
    let settings = RwSignal::new(settings);
    let last = RwSignal::new(last);
    view! {
        <OrbitChoice setting=OrbitSetting::Master settings last />
        <fieldset
            class="ml-2 border-l-2 border-line pl-5"
            class:hidden=move || !settings.with(|it| it.shown(OrbitSetting::Master))
        >
            <legend class="sr-only">"Where Orbit is used"</legend>
            {OrbitSetting::UNDER_MASTER
                .into_iter()
                .map(|setting| view! { <OrbitChoice setting settings last /> })
                .collect_view()}
        </fieldset>
    }
}

#[component]
fn OrbitChoice(
    setting: OrbitSetting,
    settings: RwSignal<OrbitSettings>,
    last: RwSignal<Last>,
) -> impl IntoView {
    let awake = awake();
    let id = format!("orbit-{}", setting.key().replace('_', "-"));
    let help_id = format!("{id}-help");
    let shown = Signal::derive(move || settings.with(|it| it.shown(setting)));
    let feedback = Signal::derive(move || match last.get() {
        Some((about, feedback)) if about == setting => feedback,
        _ => Feedback::Quiet,
    });
    let checkbox = NodeRef::<html::Input>::new();
    let save = move |on: bool| {
        if feedback.get_untracked().is_saving() {
            return;
        }
        last.set(Some((setting, Feedback::Saving)));
        spawn_local(async move {
            let outcome = match set_orbit(setting, on).await {
                Ok(now) => {
                    settings.set(now);
                    Feedback::Saved(String::new())
                }
                Err(error) => Feedback::failed(&error),
            };
            last.set(Some((setting, outcome)));
        });
    };
    keep_checked(checkbox, shown, feedback, save);
    let on_change = move |event: ev::Event| save(event_target_checked(&event));
    let on_submit = move |event: ev::SubmitEvent| event.prevent_default();
    let undo = move |event: ev::SubmitEvent| {
        event.prevent_default();
        save(!shown.get_untracked());
        focus(checkbox);
    };
    view! {
        <div class="flex flex-wrap items-start gap-x-4 py-3">
            <form method="post" action=ADDRESS class="setting flex-1 basis-64" on:submit=on_submit>
                <input type="hidden" name="setting" value=setting.key() />
                <input
                    type="checkbox"
                    id=id.clone()
                    name="enabled"
                    value="true"
                    class="checkbox"
                    autocomplete="off"
                    aria-describedby=help_id.clone()
                    checked=shown.get_untracked()
                    node_ref=checkbox
                    on:change=on_change
                />
                <label for=id.clone() class="font-semibold">{setting.label()}</label>
                <button type="submit" class="button button-small -my-1" class:invisible=move || awake.get()>
                    "Save" <span class="sr-only">" "{setting.label()}</span>
                </button>
                <span id=help_id class="setting-more text-muted">{setting.help()}</span>
            </form>
            <div class="ml-7 flex items-center gap-3 text-sm">
                <FeedbackLine feedback />
                <form
                    method="post"
                    action=ADDRESS
                    class:hidden=move || !feedback.with(Feedback::is_saved)
                    on:submit=undo
                >
                    <input type="hidden" name="setting" value=setting.key() />
                    <input type="hidden" name="enabled" value=move || (!shown.get()).to_string() />
                    <button type="submit" class="link">
                        "Undo" <span class="sr-only">" "{setting.label()}</span>
                    </button>
                </form>
            </div>
        </div>
    }
}
