//! The gates of a flag in an environment, and the forms that change them. A form leads to the dialog of its
//! change; errors are shown beside it.

use leptos::prelude::*;

use super::{
    actors::Actors,
    percentage_form::PercentageForm,
    place::FlagPlace,
    review::{GateForm, WrongChange},
};
use crate::{
    actions::query::Query,
    domain::{
        flags::{Edit, Target, TargetKind},
        paths,
    },
    ui::{
        components::{AlertNote, Note, Time},
        pages::Visit,
    },
    usecases::{
        ChangeFreeze,
        flags::{estimate_actors::Estimate, show_flag::FlagDetails},
    },
};

#[component]
pub(super) fn GatesCard(
    visit: Visit,
    flag: FlagDetails,
    wrong: Option<WrongChange>,
    estimate: Estimate,
    query: Query,
) -> impl IntoView {
    let place = FlagPlace { flag: flag.summary.name.clone(), environment: flag.environment };
    let default = flag.summary.default_enabled();
    let wrong = |gate: GateForm| wrong.clone().filter(|it| it.gate == gate);
    let everyone = wrong(GateForm::Everyone).or_else(|| wrong(GateForm::History));
    let gates = flag.gates.clone();
    view! {
        <section class="card mt-4 divide-y divide-line" aria-labelledby="gates">
            <div class="p-5">
                <h2 id="gates" class="text-base font-semibold">"Gates in "{flag.environment.key()}</h2>
                <p class="mt-1">{gates.summary(default)}</p>
                {flag.freeze.map(|freeze| view! { <Freeze visit freeze /> })}
                <p class="mt-4 flex flex-wrap gap-3">
                    <Change place=place.clone() edit=Edit::Everyone(true) />
                    <Change place=place.clone() edit=Edit::Everyone(false) />
                    {gates.is_set().then(|| view! { <Change place=place.clone() edit=Edit::Forget /> })}
                </p>
                {everyone.map(|wrong| view! { <AlertNote>{wrong.message}</AlertNote> })}
            </div>
            <Actors
                place=place.clone()
                actors=flag.actors
                opted_out=flag.opted_out
                suggestions=flag.suggestions
                wrong=wrong(GateForm::Actors)
                query=query.clone()
            />
            <FeatureGroups
                place=place.clone()
                open=gates.groups
                all=flag.feature_groups
                wrong=wrong(GateForm::FeatureGroups)
            />
            <PercentageForm
                place=place.clone()
                of=GateForm::PercentageOfActors
                estimate
                set=gates.percentage_of_actors.to_string()
                wrong=wrong(GateForm::PercentageOfActors)
                query=query.clone()
            />
            <PercentageForm
                place
                of=GateForm::PercentageOfTime
                estimate
                set=gates.percentage_of_time.to_string()
                wrong=wrong(GateForm::PercentageOfTime)
                query
            />
        </section>
    }
}

#[component]
fn Freeze(visit: Visit, freeze: ChangeFreeze) -> impl IntoView {
    view! {
        <Note margin="mt-3">
            <strong>"Change freeze"</strong>" since "<Time moment=visit.moment(freeze.since) />", by @"
            {freeze.by_username}": "<bdi>{freeze.reason}</bdi>" A change here needs a reason."
        </Note>
    }
}

/// A link to the dialog of a change without input.
#[component]
fn Change(place: FlagPlace, edit: Edit) -> impl IntoView {
    view! { <a class="button" href=place.changing(&edit)>{edit.title()}</a> }
}

#[component]
fn FeatureGroups(
    place: FlagPlace,
    open: Vec<String>,
    all: Vec<String>,
    wrong: Option<WrongChange>,
) -> impl IntoView {
    let group = |name: &String| Target { kind: TargetKind::FeatureGroup, name: name.clone() };
    let rows = open
        .iter()
        .map(|name| {
            let edit = Edit::Open(group(name), false);
            view! {
                <li class="flex flex-wrap items-center gap-x-3 gap-y-1 py-1.5">
                    <span class="min-w-0 flex-1 wrap-anywhere">{name.clone()}</span>
                    <a class="button button-small" href=place.changing(&edit) aria-label=edit.title()>"Remove"</a>
                </li>
            }
        })
        .collect_view();
    let closed: Vec<_> = all.into_iter().filter(|name| !open.contains(name)).collect();
    let none_left = closed.is_empty();
    let options = closed
        .into_iter()
        .map(|name| view! { <option value=name.clone()>{name.clone()}</option> })
        .collect_view();
    let (nothing, is_wrong) = (open.is_empty(), wrong.is_some());
    view! {
        <div class="p-5">
            <h3 class="font-semibold">"Feature groups"</h3>
            <p class="text-sm text-muted">
                "Every administrator, or everybody in one of the "
                <a class="link" href=paths::ADMIN_FEATURE_GROUPS>"feature groups"</a> ", together."
            </p>
            {if nothing {
                view! { <p class="mt-2 text-sm">"None."</p> }.into_any()
            } else {
                view! { <ul class="mt-2 divide-y divide-line text-sm">{rows}</ul> }.into_any()
            }}
            {wrong
                .map(|wrong| view! { <div id="feature-group-error"><AlertNote>{wrong.message}</AlertNote></div> })}
            {(!none_left)
                .then(|| {
                    view! {
                        <form
                            method="get"
                            action=place.action()
                            class="mt-3 flex flex-wrap items-end gap-3"
                        >
                            <input type="hidden" name="environment" value=place.environment.key() />
                            <input type="hidden" name="kind" value="feature_group" />
                            <div class="min-w-0">
                                <label for="feature-group" class="label">"Feature group"</label>
                                <select
                                    id="feature-group"
                                    name="name"
                                    class="field mt-1 w-full scroll-mt-8"
                                    autofocus=is_wrong
                                    aria-invalid=is_wrong.then_some("true")
                                    aria-describedby=is_wrong.then_some("feature-group-error")
                                >
                                    {options}
                                </select>
                            </div>
                            <button type="submit" name="change" value="open" class="button">"Open for this group"</button>
                        </form>
                    }
                })}
        </div>
    }
}
