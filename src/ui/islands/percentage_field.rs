//! A percentage: a number, and a slider that goes with it as soon as it is awake.

use leptos::prelude::*;

use super::{awake, text};

/// `totals` is how many actors of a kind there are, with the word for them. `wrong` is the id of what
/// says that the value is wrong.
#[island]
pub fn PercentageField(
    id: String,
    value: String,
    wrong: Option<String>,
    totals: Vec<(i64, String)>,
) -> impl IntoView {
    let awake = awake();
    let (percentage, set_percentage) = signal(value.clone());
    let about = text(move || percentage.with(|it| estimate(it, &totals)));
    let slider = format!("{id}-slider");
    view! {
        <span class="contents">
            <div>
                <label for=id.clone() class="label">"Percent of actors"</label>
                <input
                    id=id
                    type="number"
                    name="percentage"
                    min="0"
                    max="100"
                    step="0.01"
                    required
                    class="field mt-1 w-28"
                    aria-invalid=wrong.is_some().then_some("true")
                    aria-describedby=wrong
                    value=value.clone()
                    prop:value=percentage
                    on:input:target=move |event| set_percentage.set(event.target().value())
                />
            </div>
            <div class="min-w-40 flex-1" class:invisible=move || !awake.get()>
                <label for=slider.clone() class="sr-only">"Percent of actors, roughly"</label>
                <input
                    id=slider
                    type="range"
                    min="0"
                    max="100"
                    step="1"
                    class="slider"
                    value=value
                    prop:value=percentage
                    on:input:target=move |event| set_percentage.set(event.target().value())
                />
                <p class="text-sm text-muted">{about}</p>
            </div>
        </span>
    }
}

/// What chance makes probable: `About 3 of 12 users, 1 of 4 groups.`
fn estimate(percentage: &str, totals: &[(i64, String)]) -> String {
    let Ok(percentage) = percentage.parse::<f32>() else { return String::new() };
    let mut said = String::from("About ");
    for (nth, (total, what)) in totals.iter().enumerate() {
        #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "an estimate")]
        let within = (*total as f32 * percentage / 100.0).round() as i64;
        if nth > 0 {
            said.push_str(", ");
        }
        said.push_str(&within.to_string());
        said.push_str(" of ");
        said.push_str(&total.to_string());
        said.push(' ');
        said.push_str(what);
    }
    said
}
