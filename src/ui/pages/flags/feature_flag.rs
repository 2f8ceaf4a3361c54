//! A feature flag, for administrators: its definition, its gates in an environment, and the forms that change
//! them. A change is first a URL of this page that shows a dialog with its consequences (`review`), so
//! everything works without JavaScript.

mod actors;
mod definition;
mod evaluate;
mod gates;
mod history;
mod percentage_form;
mod place;
mod review;
mod scheduled;

use leptos::prelude::*;

use self::{
    definition::Definition,
    evaluate::{Evaluate, asked_about},
    gates::GatesCard,
    history::History,
    review::{Review, ReviewDialog, review},
    scheduled::ScheduledChanges,
};
use super::admin_feature_flags::shown;
use crate::{
    actions::{flags::forms::SUBJECT, flash::Outcome, query::Query, support::below},
    domain::{audit::AuditCursor, environment::Environment, flags::State, paths},
    ui::{
        components::OutcomeNote,
        layout::{Crumb, Nav, Page},
        pages::{Visit, visit},
    },
    usecases::{
        FlagError, FlagReader, UseCaseError,
        flags::{
            estimate_actors::estimate_actors,
            flag_history::{HistoryPage, flag_history},
            list_flags::FlagSummary,
            list_scheduled_changes::list_scheduled_changes,
            show_flag::{FlagDetails, show_flag},
        },
    },
};

#[component]
pub fn FeatureFlagPage() -> impl IntoView {
    let name = below(paths::ADMIN_FEATURE_FLAGS);
    let query = Query::of_page();
    visit(move |visit| page(visit, name, query))
}

async fn page(visit: Visit, name: String, query: Query) -> Result<AnyView, UseCaseError> {
    let environment = query.get("environment").and_then(Environment::from_key);
    let environment = environment.unwrap_or(visit.app.environment());
    let reader = FlagReader::administrator(&visit.signed_in.caller)?;
    let flag = show_flag(&visit.app, &visit.signed_in.caller, &name, environment).await?;
    let review = review(&visit, &name, environment, &query).await?;
    let tried = asked_about(&visit, &name, environment, &query).await?;
    let before = query.get("before").and_then(AuditCursor::parse);
    let history = match flag_history(&visit.app, &reader, &name, Some(environment), before).await {
        // A flag that was set before the audit log existed has no history.
        Err(error) if error.own().is_some_and(FlagError::is_unknown) => {
            HistoryPage { entries: Vec::new(), older: None }
        }
        history => history?,
    };
    let scheduled = list_scheduled_changes(&visit.app, &reader, Some(&name)).await?;
    let estimate = estimate_actors(&visit.app, &reader, &name, flag.gates.percentage_of_actors).await?;
    let flash = visit.flash_about(SUBJECT).cloned();
    let (dialog, wrong, failed) = match review {
        Some(Review::Ready(ready)) => (Some(ready), None, flash),
        Some(Review::Wrong(wrong)) => (None, Some(wrong), flash),
        None => (None, None, flash),
    };
    let covered = dialog.is_some();
    let outcome = (!covered).then(|| failed.clone()).flatten().map(|flash| flash.outcome);
    let now = visit.app.now().long(false).trim_end_matches(" UTC").to_owned();
    let dialog = dialog.map(|ready| {
        view! { <ReviewDialog flag=name.clone() environment ready query=query.clone() failed now /> }
    });
    let crumbs = vec![
        Crumb::link("Administration", paths::ADMIN),
        Crumb::link("Feature flags", paths::ADMIN_FEATURE_FLAGS),
        Crumb::here(name.clone()),
    ];
    let FlagDetails { summary, .. } = flag.clone();
    Ok(view! {
        <Page
            title=name.clone()
            crumbs
            nav=Some(Nav::of_administrators(paths::ADMIN_FEATURE_FLAGS))
            covered
        >
            <h1 class="pt-4 text-2xl font-semibold wrap-anywhere">{name.clone()}</h1>
            <Definition visit=visit.clone() flag=summary.clone() />
            <OutcomeNote outcome done=move |it| done(it, environment) />
            <Environments flag=summary current=environment />
            <GatesCard visit=visit.clone() flag=flag.clone() wrong estimate query=query.clone() />
            <Evaluate visit=visit.clone() flag=flag.clone() query tried />
            <ScheduledChanges visit=visit.clone() flag=name.clone() here=environment changes=scheduled />
            <History
                visit
                flag=name
                environment
                gates=flag.gates
                page=history
                going_on=before.is_some()
            />
        </Page>
        {dialog}
    }
    .into_any())
}

/// The flash of the form that led here.
fn done(outcome: Outcome, environment: Environment) -> Option<AnyView> {
    match outcome {
        Outcome::FlagChanged { done } => {
            Some(view! { "Saved. In " <strong>{environment.key()}</strong> ": " {done} "." }.into_any())
        }
        Outcome::FlagScheduleCancelled => Some(view! { "The scheduled change is cancelled." }.into_any()),
        _ => None,
    }
}

/// The flag's state in each environment, as links.
#[component]
fn Environments(flag: FlagSummary, current: Environment) -> impl IntoView {
    let default = flag.default_enabled();
    let tabs = flag
        .glances
        .into_iter()
        .map(|(environment, glance)| {
            let (state, detail) = shown(glance, default);
            let class = match state {
                State::On => "text-success",
                State::Conditional => "text-warning",
                State::Off => "text-muted",
            };
            view! {
                <li>
                    <a
                        class="tab"
                        href=paths::feature_flag(&flag.name, environment)
                        aria-current=(environment == current).then_some("page")
                    >
                        <span class="block font-medium">{environment.key()}</span>
                        <span class=class>{state.name()}</span>
                        {detail.map(|detail| view! { <span class="text-muted">" "{detail}</span> })}
                    </a>
                </li>
            }
        })
        .collect_view();
    view! {
        <nav aria-label="Environments" class="mt-6">
            <ul class="flex flex-wrap gap-2">{tabs}</ul>
        </nav>
    }
}
