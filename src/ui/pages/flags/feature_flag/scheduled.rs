//! Scheduled changes of the flag, and the outcome of the last ones.

use leptos::prelude::*;

use crate::{
    actions::flags::forms::CANCEL_ADDRESS,
    domain::{environment::Environment, flags::ScheduleState, jobs::job::Ending},
    ui::{components::Time, pages::Visit},
    usecases::flags::list_scheduled_changes::Scheduled,
};

/// How many ended changes are shown.
const ENDED: usize = 5;

/// `here` is the environment of the page, to which cancelling returns.
#[component]
pub(super) fn ScheduledChanges(
    visit: Visit,
    flag: String,
    here: Environment,
    changes: Vec<Scheduled>,
) -> impl IntoView {
    let (waiting, mut ended): (Vec<_>, Vec<_>) =
        changes.into_iter().partition(|it| it.change.state == ScheduleState::Pending);
    ended.truncate(ENDED);
    let empty = waiting.is_empty() && ended.is_empty();
    let rows = waiting
        .into_iter()
        .chain(ended)
        .map(|it| view! { <Row visit=visit.clone() flag=flag.clone() here it /> })
        .collect_view();
    view! {
        <section class="card mt-8 p-5" aria-labelledby="scheduled-heading">
            <h2 id="scheduled-heading" class="text-base font-semibold">"Scheduled changes"</h2>
            <p class="mt-1 text-sm text-muted">
                "To schedule one, choose the change above, and enter a time in its dialog."
            </p>
            {if empty {
                view! { <p class="mt-2 text-sm">"None."</p> }.into_any()
            } else {
                view! { <ul class="mt-2 divide-y divide-line">{rows}</ul> }.into_any()
            }}
        </section>
    }
}

#[component]
fn Row(visit: Visit, flag: String, here: Environment, it: Scheduled) -> impl IntoView {
    let Scheduled { change, what } = it;
    let plan = change.plan;
    let (state, outcome) = match change.state {
        ScheduleState::Pending => ("Waits", None),
        ScheduleState::Ended(ended) => (
            match ended.how {
                Ending::Done => "Done",
                Ending::Failed => "Failed",
                Ending::Cancelled => "Cancelled",
            },
            Some(ended.outcome),
        ),
    };
    let waits = outcome.is_none();
    let about = format!(" {what} in {}", plan.environment);
    view! {
        <li class="flex flex-wrap items-start gap-x-4 gap-y-2 py-3">
            <div class="min-w-0 flex-1 basis-60">
                <p class="wrap-anywhere">
                    <span class="badge">{state}</span>" "<strong>{plan.environment.key()}</strong>": "{what}
                </p>
                <p class="mt-0.5 text-sm wrap-anywhere text-muted">
                    "At "<strong>{plan.due_at.long(false)}</strong>" ("<Time moment=visit.moment(plan.due_at) />
                    "), scheduled by @"{plan.by.username}
                    {plan.reason.map(|reason| format!(": {reason}"))}
                </p>
                {outcome.map(|outcome| view! { <p class="mt-0.5 text-sm wrap-anywhere text-muted">{outcome}</p> })}
            </div>
            {waits
                .then(|| {
                    view! {
                        <form method="post" action=CANCEL_ADDRESS>
                            <input type="hidden" name="flag" value=flag />
                            <input type="hidden" name="environment" value=here.key() />
                            <input type="hidden" name="id" value=change.id.0 />
                            <button type="submit" class="button button-small">
                                "Cancel"<span class="sr-only">{about}</span>
                            </button>
                        </form>
                    }
                })}
        </li>
    }
}
