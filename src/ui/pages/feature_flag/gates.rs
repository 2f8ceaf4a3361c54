//! The gates of a flag in an environment, and the small forms that change them. A form asks for the
//! dialog of its change; what cannot be done is said beside it.

use leptos::prelude::*;

use super::{
    super::Visit,
    review::{Gate, Wrong},
};
use crate::{
    actions::query::Query,
    domain::{
        environment::Environment,
        feature::{Edit, Target, TargetKind},
        paths,
    },
    ui::{
        components::{AlertNote, Time},
        islands::PercentageField,
    },
    usecases::{
        ChangeFreeze,
        show_flag::{FlagView, NamedActors},
    },
};

/// Where the forms of this page lead.
#[derive(Clone, Debug)]
struct Place {
    flag: String,
    environment: Environment,
}

impl Place {
    /// The dialog of a change.
    fn changing(&self, edit: &Edit) -> String {
        paths::feature_flag_changing(&self.flag, self.environment, &edit.to_string(), &[])
    }

    fn action(&self, fragment: &str) -> String {
        format!("{}/{}#{fragment}", paths::ADMIN_FEATURE_FLAGS, self.flag)
    }
}

#[component]
pub(super) fn GatesCard(visit: Visit, flag: FlagView, wrong: Option<Wrong>, query: Query) -> impl IntoView {
    let place = Place { flag: flag.summary.name.clone(), environment: flag.environment };
    let default = flag.summary.default_enabled();
    let wrong = move |gate: Gate| wrong.clone().filter(|it| it.gate == gate);
    let everyone = wrong(Gate::Everyone);
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
                wrong=wrong(Gate::Actors)
                query=query.clone()
            />
            <FeatureGroups
                place=place.clone()
                open=gates.groups
                all=flag.feature_groups
                wrong=wrong(Gate::FeatureGroups)
            />
            <PercentageForm
                place=place.clone()
                of=Gate::PercentageOfActors
                set=gates.percentage_of_actors.to_string()
                wrong=wrong(Gate::PercentageOfActors)
                query=query.clone()
            />
            <PercentageForm
                place
                of=Gate::PercentageOfTime
                set=gates.percentage_of_time.to_string()
                wrong=wrong(Gate::PercentageOfTime)
                query
            />
        </section>
    }
}

#[component]
fn Freeze(visit: Visit, freeze: ChangeFreeze) -> impl IntoView {
    view! {
        <div class="note mt-3">
            <strong>"Change freeze"</strong>" since "<Time moment=visit.moment(freeze.since) />", by @"
            {freeze.by_username}": "{freeze.reason}" A change here needs a reason."
        </div>
    }
}

/// The way to the dialog of a change that needs no more to be said.
#[component]
fn Change(place: Place, edit: Edit) -> impl IntoView {
    view! { <a class="button" href=place.changing(&edit)>{edit.title()}</a> }
}

#[component]
fn Actors(
    place: Place,
    actors: NamedActors,
    opted_out: NamedActors,
    suggestions: Vec<Target>,
    wrong: Option<Wrong>,
    query: Query,
) -> impl IntoView {
    let invalid = wrong.is_some();
    let (kind, name) = typed(&query, invalid);
    let kinds = TargetKind::ACTORS
        .into_iter()
        .map(|it| view! { <option value=it.key() selected=it.key() == kind>{it.name()}</option> })
        .collect_view();
    let list = |kind: TargetKind| {
        let options = suggestions
            .iter()
            .filter(|it| it.kind == kind)
            .map(|it| view! { <option value=it.name.clone()></option> })
            .collect_view();
        view! { <datalist id=format!("{}s", kind.key())>{options}</datalist> }
    };
    let lists = TargetKind::ACTORS.map(list).into_iter().collect_view();
    let any = suggestions
        .iter()
        .map(|it| view! { <option value=it.name.clone() label=it.words()></option> })
        .collect_view();
    let open = |target| Edit::Open(target, false);
    let out = |target| Edit::OptOut(target, false);
    let nobody = actors.named.is_empty() && actors.gone.is_empty();
    let none_out = opted_out.named.is_empty() && opted_out.gone.is_empty();
    view! {
        <div id="actors" class="scroll-mt-20 p-5">
            <h3 class="font-medium">"Actors"</h3>
            <p class="text-sm text-muted">"Users, groups and projects that the flag is open for, whatever else is set."</p>
            {if nobody {
                view! { <p class="mt-2 text-sm">"None."</p> }.into_any()
            } else {
                view! { <ActorList place=place.clone() actors remove=open /> }.into_any()
            }}
            {(!none_out)
                .then(|| {
                    view! {
                        <h4 class="mt-4 text-sm font-medium">"Opted out"</h4>
                        <p class="text-sm text-muted">"Closed for them, whatever else is open."</p>
                        <ActorList place=place.clone() actors=opted_out remove=out />
                    }
                })}
            <form method="get" action=place.action("actors") class="mt-4">
                <input type="hidden" name="environment" value=place.environment.key() />
                <div class="grid gap-3 sm:grid-cols-[8rem_1fr]">
                    <div>
                        <label for="actor-kind" class="label">"Kind"</label>
                        <select id="actor-kind" name="kind" class="field mt-1 w-full">{kinds}</select>
                    </div>
                    <div class="min-w-0">
                        <label for="actor-name" class="label">"User name or path"</label>
                        <input
                            id="actor-name"
                            name="name"
                            list="any-actor"
                            class="field mt-1 w-full"
                            required
                            maxlength="255"
                            autocomplete="off"
                            autocapitalize="none"
                            spellcheck="false"
                            aria-invalid=invalid.then_some("true")
                            aria-describedby=invalid.then_some("actor-wrong")
                            value=name
                        />
                    </div>
                </div>
                {wrong.map(|wrong| view! { <WrongActor place=place.clone() wrong query /> })}
                <p class="mt-3 flex flex-wrap gap-3">
                    <button type="submit" name="change" value="open" class="button">"Open for this actor"</button>
                    <button type="submit" name="change" value="opt_out" class="button">"Opt this actor out"</button>
                </p>
            </form>
            <datalist id="any-actor">{any}</datalist>
            {lists}
        </div>
    }
}

/// What was typed about whom, where it could not be done.
fn typed(query: &Query, invalid: bool) -> (String, String) {
    if !invalid {
        return (String::new(), String::new());
    }
    if query.get("name").is_some() {
        return (query.text("kind"), query.text("name"));
    }
    let change = query.text("change");
    let mut words = change.splitn(3, ' ').skip(1).map(str::to_owned);
    (words.next().unwrap_or_default(), words.next().unwrap_or_default())
}

#[component]
fn WrongActor(place: Place, wrong: Wrong, query: Query) -> impl IntoView {
    let change = query.text("change");
    let meant = wrong
        .meant
        .into_iter()
        .map(|target| {
            let words = target.words();
            let edit = match change.split(' ').next() {
                Some("opt_out") => Edit::OptOut(target, true),
                _ => Edit::Open(target, true),
            };
            view! { <li><a class="link wrap-anywhere" href=place.changing(&edit)>{words}</a></li> }
        })
        .collect::<Vec<_>>();
    view! {
        <div id="actor-wrong">
            <AlertNote>
                <p class="wrap-anywhere">{wrong.message}</p>
                {(!meant.is_empty())
                    .then(|| {
                        view! {
                            <p class="mt-2">"Did you mean:"</p>
                            <ul class="mt-1 flex flex-wrap gap-x-4 gap-y-1">{meant}</ul>
                        }
                    })}
            </AlertNote>
        </div>
    }
}

#[component]
fn ActorList(place: Place, actors: NamedActors, remove: fn(Target) -> Edit) -> impl IntoView {
    let rows = actors
        .named
        .into_iter()
        .map(|target| {
            let (kind, name) = (target.kind.name(), target.name.clone());
            let edit = remove(target);
            view! {
                <li class="flex flex-wrap items-center gap-x-3 gap-y-1 py-1.5">
                    <span class="min-w-0 flex-1 wrap-anywhere">{name}" "<span class="badge">{kind}</span></span>
                    <a class="button button-small" href=place.changing(&edit) aria-label=edit.title()>"Remove"</a>
                </li>
            }
        })
        .collect_view();
    let gone = actors
        .gone
        .into_iter()
        .map(|key| view! { <li class="py-1.5 text-muted"><code>{key}</code>" is gone"</li> })
        .collect_view();
    let more = actors.more;
    view! {
        <ul class="mt-2 divide-y divide-line text-sm">
            {rows}{gone}
            {(more > 0).then(|| view! { <li class="py-1.5 text-muted">"And "{more}" more, which the API lists."</li> })}
        </ul>
    }
}

#[component]
fn FeatureGroups(place: Place, open: Vec<String>, all: Vec<String>, wrong: Option<Wrong>) -> impl IntoView {
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
    let nothing = open.is_empty();
    view! {
        <div id="feature-groups" class="scroll-mt-20 p-5">
            <h3 class="font-medium">"Feature groups"</h3>
            <p class="text-sm text-muted">"Every administrator, or a group that an operator defined, together."</p>
            {if nothing {
                view! { <p class="mt-2 text-sm">"None."</p> }.into_any()
            } else {
                view! { <ul class="mt-2 divide-y divide-line text-sm">{rows}</ul> }.into_any()
            }}
            {wrong.map(|wrong| view! { <AlertNote>{wrong.message}</AlertNote> })}
            {(!none_left)
                .then(|| {
                    view! {
                        <form
                            method="get"
                            action=place.action("feature-groups")
                            class="mt-3 flex flex-wrap items-end gap-3"
                        >
                            <input type="hidden" name="environment" value=place.environment.key() />
                            <input type="hidden" name="kind" value="feature_group" />
                            <div class="min-w-0">
                                <label for="feature-group" class="label">"Feature group"</label>
                                <select id="feature-group" name="name" class="field mt-1 w-full">{options}</select>
                            </div>
                            <button type="submit" name="change" value="open" class="button">"Open for this group"</button>
                        </form>
                    }
                })}
        </div>
    }
}

/// `set` is what it is now.
#[component]
fn PercentageForm(place: Place, of: Gate, set: String, wrong: Option<Wrong>, query: Query) -> impl IntoView {
    let of_actors = of == Gate::PercentageOfActors;
    let (heading, help, id, verb) = if of_actors {
        (
            "Percentage of actors",
            "Always the same actors: raising it loses nobody. To a hundredth of a percent.",
            "actors-percentage",
            "actors",
        )
    } else {
        (
            "Percentage of time",
            "The answer flips from one question to the next. Use a percentage of actors.",
            "time-percentage",
            "time",
        )
    };
    let text = match (&wrong, query.get("percentage")) {
        (Some(_), Some(typed)) => typed.to_owned(),
        _ => set,
    };
    let wrong_id = wrong.is_some().then(|| format!("{id}-wrong"));
    let invalid = wrong.is_some().then_some("true");
    let message = wrong.map(|wrong| {
        view! { <div id=format!("{id}-wrong")><AlertNote>{wrong.message}</AlertNote></div> }
    });
    view! {
        <div id=format!("{id}-gate") class="scroll-mt-20 p-5">
            <h3 class="flex flex-wrap items-center gap-2 font-medium">
                {heading} {(!of_actors).then(|| view! { <span class="badge">"Deprecated"</span> })}
            </h3>
            <p class="text-sm text-muted">{help}</p>
            <form method="get" action=place.action(&format!("{id}-gate")) class="mt-3">
                <input type="hidden" name="environment" value=place.environment.key() />
                <div class="flex flex-wrap items-end gap-3">
                    {if of_actors {
                        view! { <PercentageField id=id.to_owned() value=text wrong=wrong_id.clone() totals=Vec::new() /> }.into_any()
                    } else {
                        view! {
                            <div>
                                <label for=id class="label">"Percent of the time"</label>
                                <input
                                    id=id
                                    type="number"
                                    name="percentage"
                                    min="0"
                                    max="100"
                                    step="0.01"
                                    required
                                    class="field mt-1 w-28"
                                    aria-invalid=invalid
                                    aria-describedby=wrong_id.clone()
                                    value=text
                                />
                            </div>
                        }
                            .into_any()
                    }}
                    <button type="submit" name="change" value=verb class="button">
                        {if of_actors { "Set the percentage of actors" } else { "Set the percentage of time" }}
                    </button>
                </div>
                {message}
            </form>
        </div>
    }
}
