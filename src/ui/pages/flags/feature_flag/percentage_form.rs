//! A percentage gate (of actors or of time), and the form that sets it.

use leptos::prelude::*;

use super::{
    place::FlagPlace,
    review::{GateForm, WrongChange, taken_in},
};
use crate::{
    actions::query::Query,
    domain::flags::Percentage,
    ui::{components::AlertNote, islands::PercentageSlider},
    usecases::flags::estimate_actors::Estimate,
};

/// `set` is the current percentage.
#[component]
pub(super) fn PercentageForm(
    place: FlagPlace,
    of: GateForm,
    set: String,
    estimate: Estimate,
    wrong: Option<WrongChange>,
    query: Query,
) -> impl IntoView {
    let within = (of == GateForm::PercentageOfActors && set != "0").then(|| taken_in(&estimate));
    let slider = (of == GateForm::PercentageOfActors).then(|| {
        let hundredths = Percentage::parse(&set).unwrap_or_default().hundredths();
        view! {
            <PercentageSlider
                field=String::from("actors-percentage")
                hundredths=i64::from(hundredths)
                users=estimate.users.total
                groups=estimate.top_level_groups.total
                projects=estimate.projects.total
            />
        }
    });
    let of_actors = of == GateForm::PercentageOfActors;
    let (heading, label, help, id, verb) = if of_actors {
        (
            "Percentage of actors",
            "Percent of actors",
            "Always the same actors: raising it removes nobody. Two decimal places.",
            "actors-percentage",
            "actors",
        )
    } else {
        (
            "Percentage of time",
            "Percent of the time",
            "The result changes from one evaluation to the next. Use a percentage of actors.",
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
        <div class="p-5">
            <h3 class="flex flex-wrap items-center gap-2 font-semibold">
                {heading} {(!of_actors).then(|| view! { <span class="badge">"Deprecated"</span> })}
            </h3>
            <p class="text-sm text-muted">{help}</p>
            {within.map(|within| view! { <p class="mt-2 text-sm">"It takes in "{within}"."</p> })}
            <form method="get" action=place.action() class="mt-3">
                <input type="hidden" name="environment" value=place.environment.key() />
                <div class="flex flex-wrap items-end gap-3">
                    <div>
                        <label for=id class="label">{label}</label>
                        <input
                            id=id
                            type="number"
                            name="percentage"
                            min="0"
                            max="100"
                            step="0.01"
                            required
                            class="field mt-1 w-28 scroll-mt-8"
                            autofocus=invalid.is_some()
                            aria-invalid=invalid
                            aria-describedby=wrong_id
                            value=text
                        />
                    </div>
                    {slider}
                    <button type="submit" name="change" value=verb class="button">
                        {if of_actors { "Set the percentage of actors" } else { "Set the percentage of time" }}
                    </button>
                </div>
                {message}
            </form>
        </div>
    }
}
