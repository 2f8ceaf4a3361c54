//! *Jobs*, for administrators: waiting, running and ended jobs.

use leptos::prelude::*;

use crate::{
    actions::{
        flash::Outcome,
        jobs::forms::{RETRY_ADDRESS, STOP_ADDRESS, SUBJECT},
    },
    domain::{
        jobs::job::{Ending, Job, JobState},
        paths,
    },
    ui::{
        components::{OutcomeNote, Time},
        layout::{Crumb, Nav, Page},
        pages::{Visit, visit},
    },
    usecases::{
        administrator::Administrator,
        jobs::list_jobs::{ListedJob, list_jobs},
    },
};

#[component]
pub fn AdminJobsPage() -> impl IntoView {
    visit(move |visit| async move {
        let who = Administrator::reading(&visit.signed_in.caller)?;
        let jobs = list_jobs(&visit.app, &who).await?;
        let outcome = visit.flash_about(SUBJECT).map(|flash| flash.outcome.clone());
        let (ended, open): (Vec<_>, Vec<_>) =
            jobs.into_iter().partition(|it| matches!(it.job.state, JobState::Ended { .. }));
        let crumbs = vec![Crumb::link("Administration", paths::ADMIN), Crumb::here("Jobs")];
        let (of_open, of_ended) = (visit.clone(), visit.clone());
        Ok(view! {
            <Page title="Jobs" crumbs nav=Some(Nav::of_administrators(paths::ADMIN_JOBS))>
                <h1 class="pt-4 text-2xl font-semibold">"Jobs"</h1>
                <p class="mt-1 max-w-prose text-muted">
                    "Background work of the servers. Each job is done exactly once, however many servers there are, and resumes where it was when one stops. The list has the next 200 and the latest 200."
                </p>
                <OutcomeNote outcome done />
                <List visit=of_open id="open" heading="Waiting and running" jobs=open none="No job waits." />
                <List visit=of_ended id="ended" heading="Ended" jobs=ended none="No job has ended in the last 30 days." />
            </Page>
        }
        .into_any())
    })
}

fn done(outcome: Outcome) -> Option<AnyView> {
    match outcome {
        Outcome::JobStopped { title } => Some(view! { "Stopped: "{title}"." }.into_any()),
        Outcome::JobRetried { title } => Some(view! { "May run now: "{title}"." }.into_any()),
        _ => None,
    }
}

#[component]
fn List(
    visit: Visit,
    id: &'static str,
    heading: &'static str,
    jobs: Vec<ListedJob>,
    none: &'static str,
) -> impl IntoView {
    let body = if jobs.is_empty() {
        view! { <p class="mt-3 text-muted">{none}</p> }.into_any()
    } else {
        let rows = jobs.into_iter().map(|job| view! { <Row visit=visit.clone() job /> }).collect_view();
        view! { <ul class="card mt-3 divide-y divide-line">{rows}</ul> }.into_any()
    };
    view! {
        <section class="mt-6" aria-labelledby=id>
            <h2 id=id class="text-base font-semibold">{heading}</h2>
            {body}
        </section>
    }
}

#[component]
fn Row(visit: Visit, job: ListedJob) -> impl IntoView {
    let ListedJob { job, title, can_be_stopped, can_be_retried } = job;
    let (word, badge) = badge(&job);
    let retry = if matches!(job.state, JobState::Ended { .. }) { "Try again" } else { "Run now" };
    let outcome = (!job.outcome.is_empty()).then(|| job.outcome.clone());
    view! {
        <li class="flex flex-wrap items-start gap-x-4 gap-y-2 px-4 py-3">
            <div class="min-w-0 flex-1 basis-60">
                <p class="flex flex-wrap items-center gap-2">
                    <bdi class="font-medium wrap-anywhere">{title.clone()}</bdi>
                    <span class=badge>{word}</span>
                </p>
                {outcome.map(|text| view! { <p class="mt-0.5 text-sm wrap-anywhere">{text}</p> })}
                {progress(&job).map(|text| view! { <p class="mt-0.5 text-sm">{text}</p> })}
                <p class="mt-0.5 text-sm text-muted">
                    "Job "{job.id.to_string()}" ("<code>{format!("{} {}", job.kind, job.subject).trim().to_owned()}</code>"), "<When visit job=job.clone() />
                </p>
            </div>
            {can_be_retried.then(|| view! { <Button address=RETRY_ADDRESS id=job.id.0 label=retry title=title.clone() /> })}
            {can_be_stopped.then(|| view! { <Button address=STOP_ADDRESS id=job.id.0 label="Stop" title=title.clone() /> })}
        </li>
    }
}

/// The label and CSS class of a job's state.
fn badge(job: &Job) -> (&'static str, &'static str) {
    match &job.state {
        JobState::Waiting if job.failures > 0 => ("Failing", "badge badge-warning"),
        JobState::Waiting => ("Waiting", "badge"),
        JobState::Running { .. } => ("Running", "badge"),
        JobState::Ended { how: Ending::Done, .. } => ("Done", "badge"),
        JobState::Ended { how: Ending::Failed, .. } => ("Failed", "badge badge-warning"),
        JobState::Ended { how: Ending::Cancelled, .. } => ("Stopped", "badge"),
    }
}

fn progress(job: &Job) -> Option<String> {
    match (job.progress.done, job.progress.total) {
        (done, Some(total)) => Some(format!("{done} of {total} done")),
        (0, None) => None,
        (done, None) => Some(format!("{done} done")),
    }
}

#[component]
fn When(visit: Visit, job: Job) -> impl IntoView {
    let time = |at| view! { <Time moment=visit.moment(at) /> };
    match job.state {
        JobState::Waiting if job.failures > 0 => {
            let tries = if job.failures == 1 { "failed once" } else { "failed several times" };
            view! { {tries}", tried again "{time(job.run_at)} }.into_any()
        }
        JobState::Waiting => view! { "due "{time(job.run_at)} }.into_any(),
        JobState::Running { by } => view! { "run by "<code>{by}</code>", due "{time(job.due_at)} }.into_any(),
        JobState::Ended { at, .. } => view! { "ended "{time(at)} }.into_any(),
    }
}

#[component]
fn Button(address: &'static str, id: i64, label: &'static str, title: String) -> impl IntoView {
    view! {
        <form method="post" action=address>
            <input type="hidden" name="id" value=id.to_string() />
            <button type="submit" class="button button-small">
                {label} <span class="sr-only">{title}</span>
            </button>
        </form>
    }
}
