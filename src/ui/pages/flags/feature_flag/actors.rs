//! The actor gates and opt-outs of a flag, and the form that adds an actor.

use leptos::prelude::*;

use super::{place::FlagPlace, review::WrongChange};
use crate::{
    actions::query::Query,
    domain::flags::{Edit, Target, TargetKind},
    ui::components::{ActorFields, WrongActor},
    usecases::flags::show_flag::NamedActors,
};

#[component]
pub(super) fn Actors(
    place: FlagPlace,
    actors: NamedActors,
    opted_out: NamedActors,
    suggestions: Vec<Target>,
    wrong: Option<WrongChange>,
    query: Query,
) -> impl IntoView {
    let invalid = wrong.is_some();
    let (kind, name) = typed(&query, invalid);
    let list = |kind: TargetKind| {
        let options = suggestions
            .iter()
            .filter(|it| it.kind == kind)
            .map(|it| view! { <option value=it.name.clone()></option> })
            .collect_view();
        view! { <datalist id=format!("{}s", kind.key())>{options}</datalist> }
    };
    let lists = TargetKind::ACTORS.map(list).into_iter().collect_view();
    let wrong = wrong.map(|wrong| wrong_actor(&place, wrong, &query));
    let open = |target| Edit::Open(target, false);
    let out = |target| Edit::OptOut(target, false);
    let nobody = actors.named.is_empty() && actors.gone.is_empty();
    let none_out = opted_out.named.is_empty() && opted_out.gone.is_empty();
    view! {
        <div class="p-5">
            <h3 class="font-semibold">"Actors"</h3>
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
            <form method="get" action=place.action() class="mt-4">
                <input type="hidden" name="environment" value=place.environment.key() />
                <ActorFields kind name suggestions wrong />
                <p class="mt-3 flex flex-wrap gap-3">
                    <button type="submit" name="change" value="open" class="button">"Open for this actor"</button>
                    <button type="submit" name="change" value="opt_out" class="button">"Opt this actor out"</button>
                </p>
            </form>
            {lists}
        </div>
    }
}

/// The kind and name that were entered, when the form was refused.
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

/// The error, with a link to the dialog for each actor that may have been meant.
fn wrong_actor(place: &FlagPlace, wrong: WrongChange, query: &Query) -> AnyView {
    let change = query.text("change");
    let meant = wrong.meant.into_iter().map(|target| {
        let words = target.words();
        let edit = match change.split(' ').next() {
            Some("opt_out") => Edit::OptOut(target, true),
            _ => Edit::Open(target, true),
        };
        (words, place.changing(&edit))
    });
    view! { <WrongActor message=wrong.message meant=meant.collect() /> }.into_any()
}

#[component]
fn ActorList(place: FlagPlace, actors: NamedActors, remove: fn(Target) -> Edit) -> impl IntoView {
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
        .map(|gone| {
            let key = gone.name.clone();
            let edit = remove(gone);
            view! {
                <li class="flex flex-wrap items-center gap-x-3 gap-y-1 py-1.5">
                    <span class="min-w-0 flex-1 text-muted"><code>{key}</code>" is gone"</span>
                    <a class="button button-small" href=place.changing(&edit) aria-label=edit.title()>"Remove"</a>
                </li>
            }
        })
        .collect_view();
    let more = actors.more;
    view! {
        <ul class="mt-2 divide-y divide-line text-sm">
            {rows}{gone}
            {(more > 0).then(|| view! { <li class="py-1.5 text-muted">"And "{more}" more, which the API lists."</li> })}
        </ul>
    }
}
