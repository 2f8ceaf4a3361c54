//! The overview of a group: which flows are on, and which engine reviews.

use leptos::prelude::*;

use crate::{
    actions::{flash::Outcome, people::groups::SUBJECT},
    domain::{
        decisions::counts::RecentDecisions,
        flows::{
            catalogue::{CODE_REVIEW, Flow},
            code_review::{Engine, EngineDecision},
            consent::FlowState,
            wording::cost,
        },
        namespace::{GroupPath, NamespaceKind},
        paths::{self, GroupPage, new_below},
        settings::availability::{DuoChain, Level},
    },
    ui::{
        components::{DecisionChart, Note, OutcomeNote},
        layout::{Nav, Page, group_crumbs},
        pages::{Visit, people::admin_groups::deleted},
    },
    usecases::{
        FlowSelection, UseCaseError,
        flows::show_group::{CHILDREN_SHOWN, GroupOverview},
        show_overview::{OwnOverview, show_overview},
    },
};

pub(super) async fn page(visit: Visit, group: GroupPath) -> Result<AnyView, UseCaseError> {
    let OwnOverview { overview, own, recent } =
        show_overview(&visit.app, &visit.signed_in.caller, &group).await?;
    let outcome = visit.flash_about(SUBJECT).map(|flash| flash.outcome.clone());
    let frame = overview.frame.clone();
    let members = format!("{}#add", GroupPage::Members.path(&frame.namespace.path));
    let kind = frame.namespace.kind_name();
    let tier = overview.subscription.tier.name();
    let seats = match (overview.subscription.duo_enterprise, overview.seats) {
        (false, _) => "no Duo Enterprise".into_any(),
        (true, None) => "Duo Enterprise".into_any(),
        (true, Some(seats)) if frame.may.read_settings => view! {
            "Duo Enterprise, "
            <a class="link" href=GroupPage::Seats.path(&frame.top_level().path)>{seats.words()}</a>
        }
        .into_any(),
        (true, Some(seats)) => format!("Duo Enterprise, {}", seats.words()).into_any(),
    };
    Ok(view! {
        <Page
            title=format!("Overview · {}", frame.namespace.name)
            crumbs=group_crumbs(&frame, "Overview")
            nav=Some(Nav::of_group(&frame, GroupPage::Overview))
        >
            <h1 class="pt-4 text-2xl font-semibold">"Overview"</h1>
            <OutcomeNote outcome done=move |outcome| done(outcome, &members) />
            <p class="mt-1 text-muted">
                <bdi>{frame.namespace.name.clone()}</bdi>" is a "{kind}". "{tier}", "{seats}"."
            </p>
            {overview
                .circumstances
                .archived
                .then(|| {
                    view! {
                        <Note>
                            <strong>"Archived: "</strong>
                            "reviews and flows have stopped here, and its settings are locked."
                        </Note>
                    }
                })}
            {own.map(|decision| view! { <OwnReviews decision /> })}
            <div class="mt-6 grid gap-6 lg:grid-cols-2">
                <Availability chain=overview.circumstances.chain />
                <Reviews overview=overview.clone() />
            </div>
            {recent
                .map(|recent| {
                    let (top_level, environment) = (frame.top_level().name.clone(), visit.app.environment().key());
                    view! { <Recent recent top_level environment /> }
                })}
            <Children overview />
        </Page>
    }
    .into_any())
}

/// For everybody with a role: which engine reviews for them, and why.
#[component]
fn OwnReviews(decision: EngineDecision) -> impl IntoView {
    view! {
        <section class="card mt-6 p-5" aria-labelledby="own">
            <h2 id="own" class="text-base font-semibold">
                "Your reviews here: "{decision.engine.name()}
            </h2>
            <p class="mt-1 max-w-prose">{decision.own_explanation()}</p>
        </section>
    }
}

/// What services asked for in the last 30 days.
#[component]
fn Recent(recent: RecentDecisions, top_level: String, environment: &'static str) -> impl IntoView {
    let all = recent.all();
    let body = if all == 0 {
        view! {
            <p class="mt-1 text-muted">
                "No service has asked for a decision here yet. "
                <a href=paths::API_DOCS class="underline">"The API reference"</a>" shows how."
            </p>
        }
        .into_any()
    } else {
        let times = if all == 1 { "once".to_owned() } else { format!("{all} times") };
        let flow = recent.of(Engine::CodeReviewFlow);
        let cost = (flow > 0).then(|| {
            let reviews = if flow == 1 { "review" } else { "reviews" };
            format!(
                " Code Review Flow costs {} a review: {} for {flow} {reviews}, if each of them ran.",
                cost(1),
                recent.cost()
            )
        });
        view! {
            <p class="mt-1 max-w-prose text-sm text-muted">
                "Services asked "{times}" in "{environment}" which engine reviews in "<bdi>{top_level}</bdi>" or below it."{cost}
            </p>
            <DecisionChart recent />
        }
        .into_any()
    };
    view! {
        <section class="card mt-6 p-5" aria-labelledby="recent">
            <h2 id="recent" class="text-base font-semibold">"Decisions of the last 30 days"</h2>
            {body}
        </section>
    }
}

#[component]
fn Availability(chain: DuoChain) -> impl IntoView {
    view! {
        <section class="card p-5" aria-labelledby="availability">
            <h2 id="availability" class="text-base font-semibold">"Availability"</h2>
            <p class="mt-1 text-sm text-muted">"A level that is off turns off all that follows it."</p>
            <dl class="mt-3 divide-y divide-line">
                {Level::ALL
                    .into_iter()
                    .map(|level| {
                        let value = match (level, chain.is_on(level)) {
                            (Level::GitlabDuo, _) => chain.availability.name(),
                            (_, true) => "On",
                            (_, false) => "Off",
                        };
                        let overruled = chain.overruled_by(level).filter(|_| chain.is_on(level)).map(|off| {
                            let why = format!(", without effect: {} is off", off.name());
                            view! { <span class="font-normal text-muted">{why}</span> }
                        });
                        view! {
                            <div class="flex justify-between gap-4 py-2">
                                <dt>{level.name()}</dt>
                                <dd class="text-right font-medium">{value}{overruled}</dd>
                            </div>
                        }
                    })
                    .collect_view()}
            </dl>
        </section>
    }
}

/// Which engine reviews for whom, as far as the visitor may read the settings.
#[component]
fn Reviews(overview: GroupOverview) -> impl IntoView {
    let frame = &overview.frame;
    let configuration = GroupPage::Configuration.path(&frame.namespace.path);
    let body = match &overview.flows {
        None => view! {
            <p class="mt-3 text-muted">"Only Maintainers and Owners see the settings."</p>
        }
        .into_any(),
        Some(flows) => {
            let on = flows.iter().filter(|it| it.state.is_on()).count();
            let state = code_review_state(flows);
            let circumstances = &overview.circumstances;
            let engine = |seat| circumstances.decide(&state, seat);
            let blocked = circumstances.chain.blocked_by().is_some();
            let seats = circumstances.duo_enterprise;
            view! {
                <dl class="mt-3 divide-y divide-line">
                    {seats.then(|| view! { <EngineRow label="With a Duo Enterprise seat" decision=engine(true) /> })}
                    <EngineRow label=if seats { "Without a seat" } else { "Everybody" } decision=engine(false) />
                    <div class="flex justify-between gap-4 py-2">
                        <dt>"Consent to Code Review Flow"</dt>
                        <dd class="text-right font-medium"><ConsentName overview=overview.clone() state=state.clone() /></dd>
                    </div>
                    <div class="flex justify-between gap-4 py-2">
                        <dt>"Foundational flows on"</dt>
                        <dd class="text-right font-medium">
                            {on}" of "{flows.len()}
                            {(blocked && on > 0)
                                .then(|| view! { <span class="font-normal text-muted">", without effect"</span> })}
                        </dd>
                    </div>
                </dl>
                <p class="mt-4">
                    <a class="button button-primary" href=configuration>
                        {if frame.may.change_flows { "Change configuration" } else { "See configuration" }}
                    </a>
                </p>
            }
            .into_any()
        }
    };
    view! {
        <section class="card p-5" aria-labelledby="reviews">
            <h2 id="reviews" class="text-base font-semibold">"Code review"</h2>
            <p class="mt-1 text-sm text-muted">"Which engine reviews merge requests here."</p>
            {body}
        </section>
    }
}

#[component]
fn EngineRow(label: &'static str, decision: EngineDecision) -> impl IntoView {
    view! {
        <div class="flex justify-between gap-4 py-2">
            <dt>{label}</dt>
            <dd class="text-right font-medium">{decision.engine.name()}</dd>
        </div>
    }
}

fn code_review_state(flows: &[FlowSelection]) -> FlowState {
    let found = flows.iter().find(|it| it.flow.reference == CODE_REVIEW);
    found.map_or(FlowState::Off, |it| it.state.clone())
}

/// Whether there is consent, by whom, and whether it is in effect.
#[component]
fn ConsentName(overview: GroupOverview, state: FlowState) -> impl IntoView {
    let Some(given) = state.consent() else {
        return if state.is_on() { "Missing" } else { "Not asked: the flow is off" }.into_any();
    };
    let hindered = Flow::find(CODE_REVIEW).and_then(|flow| overview.circumstances.hindrance(flow)).is_some();
    view! {
        "Given by "<bdi>{given.by_name.clone()}</bdi>
        {hindered.then(|| view! { <span class="font-normal text-muted">", not in effect"</span> })}
    }
    .into_any()
}

/// The flash of a form that led here.
fn done(outcome: Outcome, members: &str) -> Option<AnyView> {
    match outcome {
        Outcome::GroupCreated { is_top_level: true, has_owner: false } => Some(
            view! {
                "The group is created. It has no Owner yet, so only administrators can turn on its flows. "
                <a class="link" href=members.to_owned()>"Add members"</a>
            }
            .into_any(),
        ),
        Outcome::GroupCreated { is_top_level: true, .. } => {
            Some(view! { "The group is created. Every flow is off until an Owner turns it on." }.into_any())
        }
        Outcome::GroupCreated { .. } => {
            Some(view! { "Created. It inherits members and flows from the groups above it." }.into_any())
        }
        other => deleted(other),
    }
}

#[component]
fn Children(overview: GroupOverview) -> impl IntoView {
    let GroupOverview { frame, children, circumstances, .. } = overview;
    let namespace = frame.namespace;
    let children = children?;
    let full = i64::try_from(children.len()).is_ok_and(|count| count >= CHILDREN_SHOWN);
    let is_group = namespace.kind == NamespaceKind::Group;
    let may_create = is_group && frame.may.manage_group && !circumstances.archived;
    let empty = children.is_empty();
    let list = if empty {
        let text = if may_create {
            "No subgroups or projects yet. Create those that it has in GitLab: services ask for decisions by path."
        } else {
            "No subgroups or projects yet. An Owner can create them."
        };
        view! { <p class="card mt-3 px-4 py-6 text-muted">{text}</p> }.into_any()
    } else {
        let rows = children.into_iter().map(|child| {
            view! {
                <li class="flex flex-wrap items-center justify-between gap-2 px-4 py-3">
                    <a href=GroupPage::Overview.path(&child.path) class="font-medium break-words">
                        <bdi>{child.name.clone()}</bdi>
                    </a>
                    <span class="badge">{child.kind_name()}</span>
                </li>
            }
        });
        view! { <ul class="card mt-3 divide-y divide-line">{rows.collect_view()}</ul> }.into_any()
    };
    is_group.then(|| {
        view! {
            <section class="mt-8" aria-labelledby="children">
                <div class="flex flex-wrap items-end justify-between gap-3">
                    <div>
                        <h2 id="children" class="text-base font-semibold">"Subgroups and projects"</h2>
                        <p class="mt-1 text-sm text-muted">"They inherit the flows of the top-level group."</p>
                    </div>
                    {may_create
                        .then(|| {
                            view! {
                                <p class="flex flex-wrap gap-2">
                                    <a class="button button-small" href=new_below(&namespace.path, NamespaceKind::Group)>"New subgroup"</a>
                                    <a class="button button-small" href=new_below(&namespace.path, NamespaceKind::Project)>"New project"</a>
                                </p>
                            }
                        })}
                </div>
                {list}
                {full
                    .then(|| {
                        view! { <p class="mt-2 text-sm text-muted">"The first 100 are shown. Use Jump to for the others."</p> }
                    })}
            </section>
        }
    })
}
