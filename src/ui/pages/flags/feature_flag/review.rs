//! The dialog of a change: its consequences, its warnings, and the reason to enter.

use leptos::prelude::*;

use crate::{
    actions::{
        flags::forms::{CHANGE_ADDRESS, SCHEDULE_ADDRESS},
        flash::{Flash, Outcome},
        query::Query,
    },
    domain::{
        environment::Environment,
        flags::{Edit, Target},
        paths,
    },
    ui::{
        components::{AlertNote, Confirm, Field, Note, Tone, Wrong as Refused, described_by},
        pages::Visit,
    },
    usecases::{
        Check, FlagError, FlagReader, UseCaseError,
        flags::{
            edit_flag::{FlagEdit, Rehearsal, can_wait, rehearse_edit},
            estimate_actors::{Estimate, Share, estimate_actors},
            show_flag::find_actors,
        },
    },
};

/// The change that the query asks for.
pub(super) enum Review {
    Ready(Box<Ready>),
    Wrong(WrongChange),
}

pub(super) struct Ready {
    gate: GateForm,
    edit: Edit,
    rehearsal: Rehearsal,
    /// How many actors a percentage takes in.
    estimate: Option<Estimate>,
}

/// Why the change is impossible.
#[derive(Clone, Debug)]
pub(super) struct WrongChange {
    pub gate: GateForm,
    pub message: String,
    /// The actors that may have been meant.
    pub meant: Vec<Target>,
}

/// The form that the change came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GateForm {
    Everyone,
    Actors,
    FeatureGroups,
    PercentageOfActors,
    PercentageOfTime,
    History,
}

impl GateForm {
    /// The id of the element that the focus returns to.
    const fn anchor(self) -> &'static str {
        match self {
            Self::Everyone => "gates",
            Self::Actors => "actor-name",
            Self::FeatureGroups => "feature-group",
            Self::PercentageOfActors => "actors-percentage",
            Self::PercentageOfTime => "time-percentage",
            Self::History => "history",
        }
    }

    fn of(change: &str, kind: &str) -> Self {
        let (verb, rest) = change.split_once(' ').unwrap_or((change, kind));
        match verb {
            "open" | "close" if rest.starts_with("feature_group") => Self::FeatureGroups,
            "open" | "close" | "opt_out" | "opt_in" => Self::Actors,
            "actors" => Self::PercentageOfActors,
            "time" => Self::PercentageOfTime,
            "restore" => Self::History,
            _ => Self::Everyone,
        }
    }
}

/// The change in the query, checked; `None` when there is none.
pub(super) async fn review(
    visit: &Visit,
    flag: &str,
    environment: Environment,
    query: &Query,
) -> Result<Option<Review>, UseCaseError> {
    let field = |name: &str| query.get(name).unwrap_or_default();
    let Some(edit) = Edit::read(field) else { return Ok(None) };
    let gate = GateForm::of(field("change"), field("kind"));
    let wrong = |message: String, meant| Ok(Some(Review::Wrong(WrongChange { gate, message, meant })));
    let edit = match edit {
        Ok(edit) => edit,
        Err(error) => return wrong(error.message.to_owned(), Vec::new()),
    };
    let caller = &visit.signed_in.caller;
    let asked = FlagEdit { flag: flag.to_owned(), environment, edit: edit.clone() };
    match rehearse_edit(&visit.app, caller, &asked).await {
        Ok(rehearsal) => {
            let estimate = match edit {
                Edit::PercentageOfActors(percentage) => {
                    let reader = FlagReader::administrator(caller)?;
                    Some(estimate_actors(&visit.app, &reader, flag, percentage).await?)
                }
                _ => None,
            };
            Ok(Some(Review::Ready(Box::new(Ready { gate, edit, rehearsal, estimate }))))
        }
        Err(error) => match (error.own::<FlagError>(), &edit) {
            (Some(FlagError::UnknownTarget { .. }), Edit::Open(target, _) | Edit::OptOut(target, _)) => {
                wrong(error.to_string(), find_actors(&visit.app, caller, &target.name).await?)
            }
            (Some(_), _) => wrong(error.to_string(), Vec::new()),
            (None, _) => Err(error),
        },
    }
}

#[component]
pub(super) fn ReviewDialog(
    flag: String,
    environment: Environment,
    ready: Box<Ready>,
    query: Query,
    failed: Option<Flash>,
    /// The current time in UTC.
    now: String,
) -> impl IntoView {
    let Ready { gate, edit, rehearsal, estimate } = *ready;
    let Rehearsal { before, after, in_full, version, changes, warnings, checks, compared } = rehearsal;
    let [before_in_full, after_in_full] = in_full.map(|it| it.map(Some)).unwrap_or_default();
    // The fragment returns the focus to the control.
    let back = format!("{}#{}", paths::feature_flag(&flag, environment), gate.anchor());
    let title = edit.title();
    let overriding = !checks.is_empty();
    let shown_checks: Vec<_> = checks.iter().filter_map(Check::of).map(Check::key).collect();
    let warned_of: Vec<_> = warnings.iter().map(|it| it.key()).collect();
    let warnings =
        warnings.iter().map(|it| it.before()).map(|text| view! { <Note>{text}</Note> }).collect_view();
    let checks = checks
        .iter()
        .map(in_words)
        .map(|text| view! { <Note tone=Tone::Danger>{text}</Note> })
        .collect_view();
    let refused = match failed.map(|flash| flash.outcome) {
        Some(Outcome::Failed(error)) => Refused::from(&error),
        _ => Refused::default(),
    };
    // Leptos does not escape the content of a textarea.
    let reason = query.text("reason").replace('&', "&amp;").replace('<', "&lt;");
    let due_at = query.text("due_at");
    let can_wait = changes && can_wait(&edit);
    // An invalid time is shown beside its field, if there is one.
    let time_is_wrong = refused.with("at").filter(|_| can_wait);
    let alert = refused.beyond(if can_wait { &["at"] } else { &[] });
    let reason_label = if overriding { "Why it is done all the same" } else { "Reason (optional)" };
    let buttons = view! {
        <a class="button" href=back.clone() autofocus>"Cancel"</a>
        <button type="submit" form="change" class="button button-primary">{title.clone()}</button>
    }
    .into_any();
    view! {
        <Confirm back title_id="review-title" buttons>
            <h2 id="review-title" class="wrap-anywhere">{title}"?"</h2>
            <dl class="mt-3 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
                <dt class="text-muted">"Flag"</dt>
                <dd class="wrap-anywhere">{flag.clone()}</dd>
                <dt class="text-muted">"Environment"</dt>
                <dd>{environment.key()}</dd>
                <dt class="text-muted">"Now"</dt>
                <dd>{before}<InFull gates=before_in_full /></dd>
                <dt class="text-muted">"Then"</dt>
                <dd>
                    <span class="font-medium">
                        {if changes { after } else { String::from("The same: nothing changes.") }}
                    </span>
                    <InFull gates=after_in_full.filter(|_| changes) />
                </dd>
                {compared
                    .map(|(environment, state)| {
                        view! {
                            <dt class="text-muted">{format!("In {environment}")}</dt>
                            <dd>{state}</dd>
                        }
                    })}
                {estimate
                    .map(|estimate| {
                        view! {
                            <dt class="text-muted">"Takes in"</dt>
                            <dd>{taken_in(&estimate)}</dd>
                        }
                    })}
            </dl>
            {warnings}
            {checks}
            {alert.map(|message| view! { <AlertNote>{message}</AlertNote> })}
            <form id="change" method="post" action=CHANGE_ADDRESS class="mt-4">
                <input type="hidden" name="flag" value=flag />
                <input type="hidden" name="environment" value=environment.key() />
                <input type="hidden" name="change" value=edit.to_string() />
                <input type="hidden" name="warned_of" value=warned_of.join(" ") />
                <input type="hidden" name="overriding" value=shown_checks.join(" ") />
                <input type="hidden" name="seen" value=version />
                <Field id="reason" label=reason_label>
                    <textarea
                        id="reason"
                        name="reason"
                        rows="2"
                        maxlength="500"
                        required=overriding
                        class="field mt-1 w-full"
                        aria-describedby="reason-help"
                    >
                        {reason}
                    </textarea>
                    <p id="reason-help" class="mt-1 text-sm text-muted">"Kept with the change, for everyone who reads the history."</p>
                </Field>
                {can_wait.then(|| view! { <Later due_at now checked=overriding wrong=time_is_wrong /> })}
            </form>
        </Confirm>
    }
}

/// The gates as a list.
#[component]
fn InFull(gates: Option<String>) -> impl IntoView {
    gates.map(|gates| view! { <span class="block text-sm text-muted wrap-anywhere">{gates}</span> })
}

/// The form that schedules the change instead. `now` is the current time in the field's format.
#[component]
fn Later(
    due_at: String,
    now: String,
    /// Whether a check fails now.
    checked: bool,
    wrong: Option<String>,
) -> impl IntoView {
    let is_wrong = wrong.is_some();
    let open = is_wrong || !due_at.is_empty();
    view! {
        <details class="mt-4" open=open>
            <summary class="w-fit cursor-pointer font-medium">"Do it later"</summary>
            <div class="mt-2 flex flex-wrap items-end gap-3">
                <Field id="due-at" label="Date and time (UTC)" wrong>
                    <input
                        id="due-at"
                        type="datetime-local"
                        name="due_at"
                        class="field mt-1"
                        autofocus=is_wrong
                        aria-invalid=is_wrong.then_some("true")
                        aria-describedby=described_by("due-at", true, is_wrong)
                        value=due_at
                    />
                </Field>
                <button type="submit" formaction=SCHEDULE_ADDRESS class="button">"Schedule this change"</button>
            </div>
            <p id="due-at-help" class="mt-1 text-sm text-muted">
                "It is "{now}" UTC now. You have to be an administrator then, too."
                {checked
                    .then_some(
                        " What speaks against the change is looked at again then, and a reason does not override it: the change fails if it still holds.",
                    )}
            </p>
        </details>
    }
}

/// How many actors of each kind are within a percentage.
pub(super) fn taken_in(estimate: &Estimate) -> String {
    let Estimate { users, top_level_groups, projects } = estimate;
    let share = |share: &Share, what: &str| {
        let about = if share.exact { "" } else { "about " };
        format!("{about}{} of {} {what}", share.within, share.total)
    };
    format!(
        "{}, {}, {}",
        share(users, "users"),
        share(top_level_groups, "top-level groups"),
        share(projects, "projects")
    )
}

/// The message of a failed check that the reason below can override.
fn in_words(check: &FlagError) -> String {
    match check {
        FlagError::AheadOfStaging => String::from(
            "Production would be further open than staging. Change staging first, or give a reason below to override this check.",
        ),
        FlagError::Frozen { environment, reason } => {
            format!(
                "To change the flag now, give a reason below to override the change freeze in {environment}: {reason}"
            )
        }
        other => other.to_string(),
    }
}
