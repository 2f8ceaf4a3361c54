//! The inherited settings of a place: what counts, where it comes from, and a form to change it.

use leptos::prelude::*;

use crate::{
    actions::{
        query::Query,
        settings::{ADDRESS, INHERITED},
    },
    domain::settings::{
        addresses::settings_of,
        availability::DuoAvailability,
        inheritance::Effective,
        setting::{Setting, SettingPlace},
    },
    ui::{
        components::{Confirm, OutcomeNote, Time},
        pages::Visit,
    },
    usecases::settings::show_settings::{ShownSetting, ShownSettings},
};

#[component]
pub(super) fn SettingList(visit: Visit, shown: ShownSettings) -> impl IntoView {
    let rows: Vec<_> = shown.settings.iter().map(|it| row(&visit, &shown, it)).collect();
    view! { <ul class="card mt-6 divide-y divide-line">{rows}</ul> }
}

/// How many values that are set below are listed.
const SHOWN: usize = 200;
/// How many of them the dialog names.
const NAMED: usize = 8;

/// What a form asked for that has to be confirmed, as the address says it.
pub(super) struct Asked {
    setting: Setting,
    value: String,
    cascade: bool,
}

impl Asked {
    /// `None` when the address asks for nothing.
    pub(super) fn read(query: &Query) -> Option<Self> {
        Some(Self {
            setting: Setting::from_key(query.get("confirm")?)?,
            value: query.text("value"),
            cascade: query.get("cascade") == Some("true"),
        })
    }
}

/// Asks before values that are set below are dropped; nothing when there are none (any more).
pub(super) fn dialog(shown: &ShownSettings, asked: Option<Asked>) -> Option<AnyView> {
    let Asked { setting, value, cascade } = asked?;
    let it = shown.settings.iter().find(|it| it.setting == setting && !it.is_locked)?;
    let dropped: Vec<_> = shown.below.iter().filter(|it| it.setting == setting).collect();
    if dropped.is_empty() || !shown.may_change {
        return None;
    }
    let group = shown.frame.as_ref().map(|it| it.namespace.path.clone());
    let back = format!("{}#{}", settings_of(group.as_ref()), setting.key());
    let wanted = match DuoAvailability::from_key(&value) {
        Some(value) => label(setting, value),
        None => "Inherited",
    };
    let (count, more) = (dropped.len(), dropped.len().saturating_sub(NAMED));
    let named = dropped.into_iter().take(NAMED).map(|it| {
        view! { <li><bdi>{it.path.to_string()}</bdi>": "{words(setting, it.now)}</li> }
    });
    let named = named.collect_view();
    let buttons = view! {
        <a href=back.clone() class="button">"Cancel"</a>
        <button type="submit" form="confirmed" class="button button-primary">"Save and drop them"</button>
    }
    .into_any();
    let seen = it.version.to_string();
    Some(
        view! {
            <Confirm back title_id="confirm-title" buttons>
                <h2 id="confirm-title">{setting.name()}": "{wanted}"?"</h2>
                <p class="mt-3">
                    {if count == 1 { String::from("1 value") } else { format!("{count} values") }}
                    " set below will be dropped, and will not come back when this is changed again:"
                </p>
                <ul class="mt-2 list-disc space-y-1 pl-5">{named}</ul>
                {(more > 0).then(|| view! { <p class="mt-1">"and "{more}" more."</p> })}
                <form id="confirmed" method="post" action=ADDRESS>
                    <input type="hidden" name="group" value=group.map(|it| it.to_string()).unwrap_or_default() />
                    <input type="hidden" name="setting" value=setting.key() />
                    <input type="hidden" name="value" value=value />
                    {cascade.then(|| view! { <input type="hidden" name="cascade" value="true" /> })}
                    <input type="hidden" name="seen" value=seen />
                    <input type="hidden" name="confirmed" value="true" />
                </form>
            </Confirm>
        }
        .into_any(),
    )
}

/// What is set below and counts there.
#[component]
pub(super) fn SetBelowList(shown: ShownSettings) -> impl IntoView {
    let total = shown.below.len();
    let rows = shown.below.into_iter().take(SHOWN).map(|it| {
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
        view! { <p class="mt-2 text-muted">"Nothing: everything below inherits these values."</p> }.into_any()
    } else {
        view! {
            <ul class="card mt-3 divide-y divide-line">{rows}</ul>
            <p class="mt-2 text-sm text-muted">{total.min(SHOWN)}" of "{total}</p>
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
        Setting::AutoReview => "Whether merge requests are reviewed without anyone asking.",
        Setting::ExperimentFeatures => "Whether features that are not generally available yet may be used.",
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
        None => "Default: nobody has set it".into_any(),
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
                    <label for=cascade_id.clone()>"Drop values that were set below; they may differ again later"</label>
                </div>
                <p class="mt-3"><button type="submit" class="button">"Save"<span class="sr-only">" "{setting.name()}</span></button></p>
            </form>
        </details>
    }
}

const fn hint(value: DuoAvailability) -> &'static str {
    match value {
        DuoAvailability::AlwaysOn | DuoAvailability::NeverOn => {
            "Nothing below can differ. Values that were set below are dropped."
        }
        DuoAvailability::DefaultOn | DuoAvailability::DefaultOff => "Subgroups and projects may differ.",
    }
}
