//! The inherited settings of a place: what counts, where it comes from, and a form to change it.

use leptos::prelude::*;

use crate::{
    actions::settings::{ADDRESS, INHERITED},
    domain::{
        paths::settings_of,
        settings::{
            availability::DuoAvailability,
            inheritance::Effective,
            setting::{Setting, SettingPlace},
        },
    },
    ui::{
        components::{OutcomeNote, Time},
        pages::Visit,
    },
    usecases::settings::show_settings::{ShownSetting, ShownSettings},
};

#[component]
pub(super) fn SettingList(visit: Visit, shown: ShownSettings) -> impl IntoView {
    let rows: Vec<_> = shown.settings.iter().map(|it| row(&visit, &shown, it)).collect();
    view! { <ul class="card mt-6 divide-y divide-line">{rows}</ul> }
}

/// What is set below and counts there.
#[component]
pub(super) fn SetBelowList(shown: ShownSettings) -> impl IntoView {
    let (count, total) = (shown.below.len(), shown.below_total);
    let rows = shown.below.into_iter().map(|it| {
        let href = format!("{}#{}", settings_of(Some(&it.path)), it.setting.key());
        view! {
            <li class="flex flex-wrap justify-between gap-x-4 px-4 py-3">
                <a class="link min-w-0 break-words" href=href><bdi>{it.path.to_string()}</bdi></a>
                <span>{it.setting.name()}": "<strong>{words(it.setting, it.now)}</strong></span>
            </li>
        }
    });
    let rows = rows.collect_view();
    let list = if total == 0 {
        view! { <p class="mt-2 text-muted">"Nothing: everything below inherits what is above."</p> }
            .into_any()
    } else {
        view! {
            <ul class="card mt-3 divide-y divide-line">{rows}</ul>
            <p class="mt-2 text-sm text-muted">{count}" of "{total}</p>
        }
        .into_any()
    };
    view! {
        <section class="mt-8" aria-labelledby="below">
            <h2 id="below" class="text-xl font-semibold">"Set below"</h2>
            {list}
        </section>
    }
}

fn row(visit: &Visit, shown: &ShownSettings, it: &ShownSetting) -> AnyView {
    let setting = it.setting;
    let key = setting.key();
    let title_id = format!("{key}-title");
    let outcome = visit.flash_about(key).map(|it| it.outcome.clone());
    let outcome = view! { <OutcomeNote outcome done=|_| Some("Saved.".into_any()) /> };
    let overruled = it.overruled_by.filter(|_| it.now.on).map(|off| {
        view! { <p class="mt-1 text-sm">"Without effect, because "{off.name()}" is off."</p> }
    });
    let changed = it.changed.clone().map(|change| {
        let moment = visit.moment(change.at);
        view! { " by "<bdi>{change.by_name}</bdi>", "<Time moment /> }
    });
    let form = (shown.may_change && !it.is_locked).then(|| form(shown, it));
    view! {
        <li id=key class="p-4" aria-labelledby=title_id.clone()>
            <div class="flex flex-wrap justify-between gap-x-4">
                <h2 id=title_id.clone() class="text-base font-semibold">{setting.name()}</h2>
                <p class="font-medium">{words(setting, it.now)}</p>
            </div>
            <p class="mt-1 max-w-prose text-sm text-muted">{help(setting)}</p>
            <p class="mt-1 text-sm">{origin(shown, it)}{changed}"."{locked(shown, it)}</p>
            {overruled}
            {outcome}
            {form}
        </li>
    }
    .into_any()
}

/// What a setting is for, in a line.
const fn help(setting: Setting) -> &'static str {
    match setting {
        Setting::DuoAvailability => "Whether GitLab Duo is available at all.",
        Setting::AgentPlatform => "Agentic chat, agents and flows.",
        Setting::FlowExecution => "Whether agents may execute flows.",
        Setting::FoundationalFlows => "Whether the flows that GitLab maintains may run.",
        Setting::AutoReview => "Whether a review is asked for without anybody's doing.",
        Setting::ExperimentFeatures => "Whether features may be used that are not generally available yet.",
    }
}

/// A value, with whether it is locked.
fn words(setting: Setting, value: Effective<SettingPlace>) -> &'static str {
    label(setting, DuoAvailability::of(value.on, value.locked_by.is_some()))
}

const fn label(setting: Setting, value: DuoAvailability) -> &'static str {
    match (setting, value) {
        (Setting::DuoAvailability, _) => value.name(),
        (_, DuoAvailability::AlwaysOn) => "On, locked",
        (_, DuoAvailability::DefaultOn) => "On",
        (_, DuoAvailability::DefaultOff) => "Off",
        (_, DuoAvailability::NeverOn) => "Off, locked",
    }
}

/// Where the value that counts comes from.
fn origin(shown: &ShownSettings, it: &ShownSetting) -> AnyView {
    match it.now.origin {
        None => "Nobody has set it: this is the default".into_any(),
        Some(_) if it.is_own => "Set here".into_any(),
        Some(place) => view! { "Inherited from "{above(shown, place)}": set there" }.into_any(),
    }
}

fn locked(shown: &ShownSettings, it: &ShownSetting) -> Option<AnyView> {
    let place = it.now.locked_by.filter(|_| it.is_locked)?;
    Some(view! { " Locked by "{above(shown, place)}": it cannot differ here." }.into_any())
}

/// A place above, with a link for whoever may see its settings.
fn above(shown: &ShownSettings, place: SettingPlace) -> AnyView {
    match shown.namespace(place) {
        None => "the instance".into_any(),
        Some(namespace) => {
            let href = settings_of(Some(&namespace.path));
            view! { <a class="link" href=href><bdi>{namespace.name.clone()}</bdi></a> }.into_any()
        }
    }
}

/// The form of a setting, folded.
fn form(shown: &ShownSettings, it: &ShownSetting) -> impl IntoView + use<> {
    let setting = it.setting;
    let key = setting.key();
    let group = shown.frame.as_ref().map(|it| it.namespace.path.to_string()).unwrap_or_default();
    let own = it.is_own.then(|| DuoAvailability::of(it.now.on, it.now.locked_by.is_some()));
    let inherited = match (&shown.frame, it.inherited.origin) {
        (_, None) => format!("The default: {}", words(setting, it.inherited)),
        _ => format!("Inherited: {}", words(setting, it.inherited)),
    };
    let choice = move |value: &'static str, text: String, hint: &'static str, chosen: bool| {
        let id = format!("{key}-{value}");
        let hint_id = format!("{id}-hint");
        view! {
            <div class="mt-2 flex items-start gap-3">
                <input
                    type="radio"
                    class="mt-1"
                    id=id.clone()
                    name="value"
                    value=value
                    checked=chosen
                    aria-describedby=(!hint.is_empty()).then(|| hint_id.clone())
                />
                <div>
                    <label for=id.clone()>{text}</label>
                    {(!hint.is_empty()).then(|| view! { <p id=hint_id.clone() class="text-sm text-muted">{hint}</p> })}
                </div>
            </div>
        }
    };
    let values = DuoAvailability::ALL
        .map(|value| choice(value.key(), label(setting, value).to_owned(), hint(value), own == Some(value)));
    let cascade_id = format!("{key}-cascade");
    view! {
        <details class="mt-2">
            <summary class="w-fit cursor-pointer text-sm">
                "Change"<span class="sr-only">" "{setting.name()}</span>
            </summary>
            <form method="post" action=ADDRESS class="mt-2">
                <input type="hidden" name="group" value=group />
                <input type="hidden" name="setting" value=key />
                <input type="hidden" name="seen" value=it.version.to_string() />
                <fieldset>
                    <legend class="sr-only">{setting.name()}</legend>
                    {choice(INHERITED, inherited, "", own.is_none())}
                    {values.into_iter().collect_view()}
                </fieldset>
                <div class="mt-3 flex items-start gap-3">
                    <input type="checkbox" class="mt-1" id=cascade_id.clone() name="cascade" value="true" />
                    <label for=cascade_id.clone()>"Also replace what is set below, where it may differ again later"</label>
                </div>
                <p class="mt-3"><button type="submit" class="button">"Save"<span class="sr-only">" "{setting.name()}</span></button></p>
            </form>
        </details>
    }
}

const fn hint(value: DuoAvailability) -> &'static str {
    match value {
        DuoAvailability::AlwaysOn | DuoAvailability::NeverOn => {
            "Nothing below can differ. What is set below until now does not count any more."
        }
        DuoAvailability::DefaultOn | DuoAvailability::DefaultOff => "What is below may differ.",
    }
}
