//! The active change freezes, and the forms that begin and end one.

use leptos::prelude::*;

use crate::{
    actions::{
        error::ActionError,
        flags::freezes::{BEGIN_ADDRESS, END_ADDRESS, SUBJECT},
        flash::Outcome,
        query::Query,
    },
    domain::environment::Environment,
    ui::{
        components::{AlertNote, Choice, Field, OutcomeNote, Time},
        pages::Visit,
    },
    usecases::ChangeFreeze,
};

#[component]
pub(super) fn Freezes(
    visit: Visit,
    frozen: Vec<(Environment, ChangeFreeze)>,
    /// What was entered into the form that begins a freeze.
    query: Query,
) -> impl IntoView {
    let outcome = visit.flash_about(SUBJECT).map(|flash| flash.outcome.clone());
    let typed = query.get("freeze").is_some();
    let (wrong, outcome) = match outcome {
        Some(Outcome::Failed(error)) if typed => (Some(error), None),
        other => (None, other),
    };
    let free = Environment::ALL.into_iter().filter(|it| frozen.iter().all(|(frozen, _)| frozen != it));
    let free: Vec<_> = free.collect();
    let none = frozen.is_empty();
    let here = visit.app.environment();
    let rows = frozen
        .into_iter()
        .map(|(environment, freeze)| view! { <Row visit=visit.clone() environment freeze /> })
        .collect_view();
    view! {
        <section class="card mt-4 p-5" aria-labelledby="freezes">
            <h2 id="freezes" class="text-base font-semibold">"Change freezes"</h2>
            <p class="mt-1 max-w-prose text-sm text-muted">
                "In a frozen environment flags cannot be changed without a reason that overrides the freeze, and scheduled changes fail."
            </p>
            <OutcomeNote outcome done />
            {if none {
                view! { <p class="mt-2 text-sm">"No environment is frozen."</p> }.into_any()
            } else {
                view! { <ul class="mt-2 divide-y divide-line">{rows}</ul> }.into_any()
            }}
            {(!free.is_empty())
                .then(|| {
                    view! {
                        <details class="mt-3" open=typed>
                            <summary class="w-fit cursor-pointer font-medium">"Begin a change freeze"</summary>
                            <Begin free here wrong query />
                        </details>
                    }
                })}
        </section>
    }
}

/// The flash of the form that led here.
fn done(outcome: Outcome) -> Option<AnyView> {
    match outcome {
        Outcome::FreezeBegun { environment } => Some(
            view! { <strong>{environment.key()}</strong>" is frozen. Whoever changes a flag there has to say why." }
                .into_any(),
        ),
        Outcome::FreezeEnded { environment } => Some(
            view! { "There is no change freeze in "<strong>{environment.key()}</strong>" any more." }.into_any(),
        ),
        _ => None,
    }
}

#[component]
fn Row(visit: Visit, environment: Environment, freeze: ChangeFreeze) -> impl IntoView {
    view! {
        <li class="flex flex-wrap items-center gap-x-4 gap-y-2 py-3">
            <div class="min-w-0 flex-1 basis-60">
                <p class="wrap-anywhere"><strong>{environment.key()}</strong>": "<bdi>{freeze.reason}</bdi></p>
                <p class="mt-0.5 text-sm wrap-anywhere text-muted">
                    "Since "<Time moment=visit.moment(freeze.since) />", by @"{freeze.by_username}
                </p>
            </div>
            <form method="post" action=END_ADDRESS>
                <input type="hidden" name="environment" value=environment.key() />
                <input type="hidden" name="seen" value=freeze.since.as_millis() />
                <button type="submit" class="button button-small">
                    "End the freeze"<span class="sr-only">" in "{environment.key()}</span>
                </button>
            </form>
        </li>
    }
}

/// `free` are the environments without a freeze; `here`, the server's own, is preselected.
#[component]
fn Begin(
    free: Vec<Environment>,
    here: Environment,
    wrong: Option<ActionError>,
    query: Query,
) -> impl IntoView {
    let chosen = query.get("freeze").and_then(Environment::from_key).unwrap_or(here);
    let environments = free.into_iter().map(|it| (it.key(), it.key().to_owned(), it == chosen)).collect();
    let invalid = wrong.is_some();
    let message = wrong.map(|error| {
        view! { <div id="freeze-wrong"><AlertNote>{error.message()}</AlertNote></div> }
    });
    view! {
        <form method="post" action=BEGIN_ADDRESS class="mt-3">
            <div class="grid gap-3 sm:grid-cols-[10rem_1fr]">
                <Choice id="freeze-environment" label="Environment" name="environment" choices=environments />
                <Field id="freeze-reason" label="Reason">
                    <input
                        id="freeze-reason"
                        name="reason"
                        class="field mt-1 w-full scroll-mt-8"
                        required
                        maxlength="500"
                        autocomplete="off"
                        autofocus=invalid
                        aria-invalid=invalid.then_some("true")
                        aria-describedby=if invalid { "freeze-wrong" } else { "freeze-reason-help" }
                        value=query.text("reason")
                    />
                    <p id="freeze-reason-help" class="mt-1 text-sm text-muted">
                        "Shown to everyone who changes a flag there."
                    </p>
                </Field>
            </div>
            {message}
            <p class="mt-3"><button type="submit" class="button">"Begin the freeze"</button></p>
        </form>
    }
}
