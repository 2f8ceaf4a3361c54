//! *Evaluate for…*: whether the flag is on for some actors, and which gate decides.

use leptos::prelude::*;

use crate::{
    actions::query::Query,
    domain::{
        environment::Environment,
        flags::{FlagActor, Gate, Targets},
        paths,
    },
    ui::{
        components::{AlertNote, Field},
        pages::Visit,
    },
    usecases::{
        FlagError, UseCaseError,
        flags::{
            show_flag::FlagDetails,
            try_flag::{Tried, try_flag},
        },
    },
};

/// The form's fields, with their labels and `<datalist>`s.
const FIELDS: [(&str, &str, &str); 3] = [
    ("eval_user", "User name", "users"),
    ("eval_group", "Group path", "groups"),
    ("eval_project", "Project path", "projects"),
];

/// The evaluation that the query asks for; `None` when it asks for none.
pub(super) async fn asked_about(
    visit: &Visit,
    flag: &str,
    environment: Environment,
    query: &Query,
) -> Result<Option<Result<Tried, FlagError>>, UseCaseError> {
    if query.get(FIELDS[0].0).is_none() {
        return Ok(None);
    }
    let names = |field: &str| {
        let name = query.get(field).unwrap_or_default().trim().trim_start_matches('@');
        if name.is_empty() { Vec::new() } else { vec![name.to_owned()] }
    };
    let [users, groups, projects] = FIELDS.map(|(field, ..)| names(field));
    let targets = Targets { users, groups, projects, feature_groups: Vec::new() };
    match try_flag(&visit.app, &visit.signed_in.caller, flag, environment, &targets).await {
        Ok(tried) => Ok(Some(Ok(tried))),
        Err(error) => match error.own::<FlagError>() {
            Some(flag) => Ok(Some(Err(flag.clone()))),
            None => Err(error),
        },
    }
}

#[component]
pub(super) fn Evaluate(
    visit: Visit,
    flag: FlagDetails,
    query: Query,
    tried: Option<Result<Tried, FlagError>>,
) -> impl IntoView {
    let action = format!("{}/{}", paths::ADMIN_FEATURE_FLAGS, flag.summary.name);
    let wrong = match &tried {
        Some(Err(FlagError::UnknownTarget { kind, .. })) => *kind,
        _ => "",
    };
    let fields = FIELDS
        .into_iter()
        .map(|(name, label, list)| {
            let typed = query.text(name);
            let is_wrong = !wrong.is_empty() && list.starts_with(wrong);
            view! {
                <Field id=name label>
                    <input
                        id=name
                        name=name
                        list=list
                        class="field mt-1 w-full"
                        maxlength="255"
                        autocomplete="off"
                        autocapitalize="none"
                        spellcheck="false"
                        autofocus=is_wrong
                        aria-invalid=is_wrong.then_some("true")
                        aria-describedby=is_wrong.then_some("evaluate-error")
                        value=typed
                    />
                </Field>
            }
        })
        .collect_view();
    view! {
        <section id="evaluate" class="card mt-8 p-5" aria-labelledby="evaluate-heading">
            <h2 id="evaluate-heading" class="text-base font-semibold">"Evaluate for…"</h2>
            <p class="mt-1 text-sm text-muted">
                "Is it open in "{flag.environment.key()}" when asked about these, and which gate says so? Leave out what is not asked about."
            </p>
            <form method="get" action=action class="mt-3">
                <input type="hidden" name="environment" value=flag.environment.key() />
                // Makes the URL unique: a browser navigates to an unchanged URL without a new request.
                <input type="hidden" name="asked_at" value=visit.app.now().as_millis() />
                <div class="grid gap-3 sm:grid-cols-3">{fields}</div>
                <p class="mt-3"><button type="submit" class="button">"Evaluate"</button></p>
            </form>
            {tried
                .map(|tried| match tried {
                    Ok(tried) => view! { <Answer tried query /> }.into_any(),
                    Err(error) => {
                        view! { <div id="evaluate-error"><AlertNote>{error.to_string()}</AlertNote></div> }.into_any()
                    }
                })}
        </section>
    }
}

#[component]
fn Answer(tried: Tried, query: Query) -> impl IntoView {
    let Tried { evaluation, actors, gates } = tried;
    let answer = if evaluation.on { "On" } else { "Off" };
    let percentage = gates.percentage_of_actors;
    let standing = actors
        .into_iter()
        .map(|(actor, bucket)| {
            let name = match actor {
                FlagActor::User(_) => query.text(FIELDS[0].0),
                FlagActor::Group(_) => query.text(FIELDS[1].0),
                FlagActor::Project(_) => query.text(FIELDS[2].0),
            };
            let inside = if percentage.holds(bucket) { "within" } else { "not within" };
            view! {
                <li class="wrap-anywhere">
                    {name}" ("<code>{actor.key()}</code>") is in from "{bucket.least().to_string()}
                    " % of actors on: "{inside}" the "{percentage.to_string()}" % that is set."
                </li>
            }
        })
        .collect_view();
    view! {
        <div class="mt-5 border-t border-line pt-4 outline-none" role="status" tabindex="-1" autofocus>
            <p class="text-base font-semibold">{answer}</p>
            <p class="mt-1 max-w-prose">"Gate: "<strong>{gate_name(evaluation.gate)}</strong>". "{why(evaluation.gate, evaluation.on)}</p>
        </div>
        <ul class="mt-3 list-disc space-y-1 pl-5 text-sm text-muted">{standing}</ul>
    }
}

const fn gate_name(gate: Gate) -> &'static str {
    match gate {
        Gate::Default => "default",
        Gate::OptOut => "opt-out",
        Gate::Boolean => "everyone",
        Gate::Actor => "actor",
        Gate::PercentageOfActors => "percentage of actors",
        Gate::PercentageOfTime => "percentage of time",
        Gate::FeatureGroup => "feature group",
        Gate::Closed => "none is open",
    }
}

const fn why(gate: Gate, on: bool) -> &'static str {
    match gate {
        Gate::Default if on => "Nothing is set here, and the flag is on by default.",
        Gate::Default => "Nothing is set here, and the flag is off by default.",
        Gate::OptOut => "One of them is opted out, which closes the flag whatever else is open.",
        Gate::Boolean => "The flag is on for everyone here.",
        Gate::Actor => "The flag is open for one of them by name.",
        Gate::PercentageOfActors => "One of them is within the percentage.",
        Gate::PercentageOfTime => "This evaluation fell within the percentage of time. The next one may not.",
        Gate::FeatureGroup => "One of them is in a feature group that the flag is open for.",
        Gate::Closed => "Something is set here, and nothing of it is open for them.",
    }
}
