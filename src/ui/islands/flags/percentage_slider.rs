//! A slider kept in sync with a percentage field, with an estimate of how many actors that takes in.

use leptos::{ev, prelude::*, wasm_bindgen::JsCast, web_sys::HtmlInputElement};

use crate::ui::islands::{awake, text};

/// `field` is the id of the percentage field, whose value is `hundredths` of a percent. The others are the
/// number of actors of each kind.
#[island]
pub fn PercentageSlider(
    field: String,
    hundredths: i64,
    users: i64,
    groups: i64,
    projects: i64,
) -> impl IntoView {
    let awake = awake();
    let (chosen, choose) = signal(hundredths);
    let slider = format!("{field}-slider");
    let ids = [field, slider.clone()];
    Effect::new(move |_| {
        let ids = ids.clone();
        let handle = window_event_listener(ev::input, move |event| {
            let input: HtmlInputElement = event_target(&event);
            let (id, value) = (input.id(), input.value_as_number());
            for (one, other) in [(0, 1), (1, 0)] {
                if id == ids[one]
                    && let Some(other) = document().get_element_by_id(&ids[other])
                {
                    other.unchecked_into::<HtmlInputElement>().set_value(&input.value());
                    #[expect(clippy::cast_possible_truncation, reason = "at most 10,000, and nonsense is 0")]
                    choose.set((value * 100.0 + 0.5) as i64);
                }
            }
        });
        on_cleanup(move || handle.remove());
    });
    let about = text(move || {
        // The expected value, rounded.
        let within = |total: i64| (total * chosen.get() + 5_000) / 10_000;
        format!(
            "About {} of {users} users, {} of {groups} top-level groups, {} of {projects} projects",
            within(users),
            within(groups),
            within(projects)
        )
    });
    view! {
        <div class="min-w-40 flex-1" class:invisible=move || !awake.get()>
            <label for=slider.clone() class="sr-only">"Percent of actors, roughly"</label>
            <input id=slider type="range" min="0" max="100" class="slider" value=hundredths / 100 />
            // The page shows exact numbers for the current percentage. Invisible rather than removed: the
            // layout must not shift.
            <p class="text-sm text-muted" class:invisible=move || chosen.get() == hundredths>{about}</p>
        </div>
    }
}
