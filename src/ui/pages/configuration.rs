//! *Configuration* of a group: a checkbox for each flow, and *Explain*.

use leptos::{prelude::*, tachys::html::InertElement};
use quick_cache::sync::Cache;
use std::sync::{Arc, LazyLock};

use super::{
    Visit,
    decisions::explain::{Explain, about},
};
use crate::{
    actions::{
        flash::Outcome,
        flows::set_flow::{ADDRESS, FlowStatus},
        query::Query,
    },
    domain::{
        flags::DUO_CODE_REVIEW_FLOW_PRIORITY,
        flows::{
            catalogue::{CODE_REVIEW, Flow, Maturity, Tier},
            effect::Hindrance,
            wording::CODE_REVIEW_WORDING,
        },
        namespace::GroupPath,
        paths::{self, GroupPage},
    },
    ui::{
        components::{Confirm, ConsentText, Note, Tone},
        islands::{Dialog, Feedback, FlowRow, FlowToggle},
        layout::{Nav, Page, group_crumbs},
    },
    usecases::{
        FlowSelection, UseCaseError,
        decisions::explain::explain,
        flows::show_configuration::{Configuration, show_configuration},
        people::find_people::find_people,
    },
};

pub(super) async fn page(visit: Visit, group: GroupPath, query: Query) -> Result<AnyView, UseCaseError> {
    let explain_user = query.get("explain_user").filter(|name| !name.trim().is_empty()).map(str::to_owned);
    let about = about(query.get("explain"));
    let caller = &visit.signed_in.caller;
    let configuration = show_configuration(&visit.app, caller, &group).await?;
    let found = match query.get("find") {
        Some(_) => Some(find_people(&visit.app, caller, Some(&group), &query.text("explain_user")).await?),
        None => None,
    };
    let explained = match &explain_user {
        Some(user) if found.is_none() => {
            Some(explain(&visit.app, caller, &group, about.clone(), user).await?)
        }
        _ => None,
    };
    let asking = asked_to_confirm(&configuration, &query);
    let frame = configuration.frame.clone();
    let is_top_level = frame.namespace.is_top_level();
    let top_level = frame.top_level().clone();
    let blocked = configuration.circumstances.chain.blocked_by();
    let review = configuration.flows.iter().find(|it| it.flow.reference == CODE_REVIEW);
    let hindrance = review.and_then(|it| configuration.circumstances.hindrance(it.flow));
    let held_back = hindrance == Some(Hindrance::PriorityOff);
    let overview = GroupPage::Overview.path(&group);
    let flag = visit.signed_in.caller.actor.is_admin.then(|| {
        let environment = visit.app.environment();
        paths::feature_flag(DUO_CODE_REVIEW_FLOW_PRIORITY, environment)
    });
    let rows: Vec<Arc<str>> =
        configuration.flows.iter().map(|selection| row(&visit, &configuration, selection).html()).collect();
    let dialog = asking.map(|selection| {
        let note = configuration.circumstances.before_consent(selection.flow);
        view! { <ConsentPage group=group.clone() selection note /> }
    });
    let may_change = frame.may.change_flows;
    Ok(view! {
        <Page
            title=format!("Configuration · {}", frame.namespace.name)
            crumbs=group_crumbs(&frame, "Configuration")
            nav=Some(Nav::of_group(&frame, GroupPage::Configuration))
            covered=dialog.is_some()
        >
            <h1 class="pt-4 text-2xl font-semibold">"Configuration"</h1>
            <p class="mt-1 max-w-prose text-muted">
                "Which GitLab Duo flows run in "<bdi>{frame.namespace.name.clone()}</bdi>" and all below it."
            </p>
            {(!is_top_level)
                .then(|| {
                    view! {
                        <Note tone=Tone::Info>
                            "Inherited from "<strong><bdi>{top_level.name.clone()}</bdi></strong>
                            ". Flows are turned on and off in the top-level group. "
                            <a href=GroupPage::Configuration.path(&top_level.path)>
                                "Go to the configuration of "<bdi>{top_level.name.clone()}</bdi>
                            </a>
                        </Note>
                    }
                })}
            {(is_top_level && !may_change)
                .then(|| {
                    view! {
                        <Note tone=Tone::Info>
                            "You can see these settings but not change them. That needs the role Owner of the top-level group, or an administrator."
                        </Note>
                    }
                })}
            {configuration
                .circumstances
                .archived
                .then(|| {
                    view! {
                        <Note>
                            <strong>"Archived: "</strong>
                            "no engine reviews and no flow runs here, and no setting can be changed until it is unarchived."
                        </Note>
                    }
                })}
            {held_back
                .then(|| {
                    view! {
                        <Note tone=Tone::Info>
                            "Code Review Flow is being rolled out and has not reached this group: holders of a Duo Enterprise seat still get GitLab Duo Code Review, even where Code Review Flow is on."
                            {flag.map(|href| view! { " "<a href=href>"See the feature flag"</a> })}
                        </Note>
                    }
                })}
            {blocked
                .map(|level| {
                    view! {
                        <Note>
                            {level.name()}" is off for this group, so no flow runs. "
                            <a href=overview>"See the overview"</a>
                        </Note>
                    }
                })}
            <section class="mt-6" aria-labelledby="flows">
                <h2 id="flows" class="text-base font-semibold">"Foundational flows"</h2>
                {(is_top_level && may_change)
                    .then(|| {
                        view! {
                            <p class="mt-1 text-sm text-muted">"Each is saved by itself."</p>
                        }
                    })}
                <ul class="card mt-3 divide-y divide-line">{InertElement::new(rows.concat())}</ul>
            </section>
            <Explain
                visit=visit.clone()
                group=group.clone()
                about
                asked=explain_user
                explained
                found
            />
        </Page>
        {dialog}
    }
    .into_any())
}

/// The complete input of a rendered row, which makes it the cache key.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Row {
    props: FlowRow,
    status: FlowStatus,
    feedback: Feedback,
    /// Information shown in the dialog that is not part of the wording.
    note: Option<String>,
}

/// Capacity of the cache, in rows of about 4 KB.
const ROWS_KEPT: usize = 1_000;

/// Cache of rendered rows. Most rows look the same to every visitor, and rendering an island with its
/// reactive graph is expensive.
static ROWS: LazyLock<Cache<Row, Arc<str>>> = LazyLock::new(|| Cache::new(ROWS_KEPT));

impl Row {
    fn html(self) -> Arc<str> {
        if let Some(html) = ROWS.get(&self) {
            return html;
        }
        let Self { props: row, status, feedback, note } = self.clone();
        let wording = &CODE_REVIEW_WORDING;
        let title_id = format!("{}-dialog-title", row.id);
        let needs_consent = row.dialog.is_some();
        let html = view! {
            <li class="p-4">
                <FlowToggle row status feedback>
                    {needs_consent.then(|| view! { <ConsentText wording title_id note /> })}
                </FlowToggle>
            </li>
        };
        let html: Arc<str> = html.to_html().into();
        ROWS.insert(self, Arc::clone(&html));
        html
    }
}

fn row(visit: &Visit, configuration: &Configuration, selection: &FlowSelection) -> Row {
    let flow = selection.flow;
    let format = visit.signed_in.display.time_format;
    let status = FlowStatus::new(selection, &configuration.circumstances, configuration.now, format);
    let feedback = match visit.flash_about(flow.reference).map(|flash| flash.outcome.clone()) {
        Some(Outcome::FlowSet { consequence }) => Feedback::Saved(consequence),
        Some(Outcome::Failed(error)) => Feedback::failed(&error),
        _ => Feedback::Quiet,
    };
    let wording = &CODE_REVIEW_WORDING;
    let row = FlowRow {
        group: configuration.frame.namespace.path.to_string(),
        overview: GroupPage::Overview.path(&configuration.frame.namespace.path),
        flow: flow.reference.to_owned(),
        id: flow.html_id(),
        name: flow.name.to_owned(),
        description: flow.description.to_owned(),
        badges: badges(flow),
        locked: locked(configuration, selection),
        dialog: flow.needs_consent.then(|| Dialog {
            confirm_first: paths::confirm_returning_to(&paths::configuration_confirming(
                &configuration.frame.namespace.path,
                flow.reference,
            )),
            wording: wording.id().to_string(),
            cancel: wording.cancel.to_owned(),
            confirm: wording.confirm.to_owned(),
        }),
    };
    Row { props: row, status, feedback, note: configuration.circumstances.before_consent(flow) }
}

fn badges(flow: &Flow) -> Vec<String> {
    let maturity = match flow.maturity {
        Maturity::Experimental => Some("Experiment"),
        Maturity::Beta => Some("Beta"),
        Maturity::Ga => None,
    };
    let tier = (flow.tier == Tier::Ultimate).then_some("Ultimate");
    maturity.into_iter().chain(tier).map(str::to_owned).collect()
}

/// Why the visitor cannot switch the flow here. Turning it off is never locked by tier or availability.
fn locked(configuration: &Configuration, selection: &FlowSelection) -> Option<String> {
    let frame = &configuration.frame;
    if !frame.namespace.is_top_level() {
        return Some(format!("Inherited from {}.", frame.top_level().path));
    }
    if !frame.may.change_flows {
        return Some(String::from(
            "Only an Owner of the top-level group or an administrator can change this.",
        ));
    }
    let obstacle =
        selection.flow.obstacle(configuration.subscription.tier, configuration.circumstances.chain);
    obstacle.filter(|_| !selection.state.is_on()).map(|obstacle| obstacle.to_string())
}

/// The flow in `?confirm=`, if this visitor can consent to it now.
fn asked_to_confirm(configuration: &Configuration, query: &Query) -> Option<FlowSelection> {
    let asked = query.get("confirm").filter(|flow| *flow == CODE_REVIEW)?;
    let selection = configuration.flows.iter().find(|it| it.flow.reference == asked)?;
    let open = locked(configuration, selection).is_none() && selection.state.consent().is_none();
    open.then(|| selection.clone())
}

/// The consent dialog as a state of the page, for when there is no JavaScript.
#[component]
fn ConsentPage(group: GroupPath, selection: FlowSelection, note: Option<String>) -> impl IntoView {
    let wording = &CODE_REVIEW_WORDING;
    // The fragment returns the focus to the checkbox.
    let back = format!("{}#{}", GroupPage::Configuration.path(&group), selection.flow.html_id());
    let buttons = view! {
        <form method="get" action=back.clone()>
            <button type="submit" class="button" autofocus>{wording.cancel}</button>
        </form>
        <form method="post" action=ADDRESS>
            <input type="hidden" name="group" value=group.to_string() />
            <input type="hidden" name="flow" value=selection.flow.reference />
            <input type="hidden" name="version" value=selection.version />
            <input type="hidden" name="enabled" value="true" />
            <input type="hidden" name="consent_wording" value=wording.id().to_string() />
            <button type="submit" class="button button-primary">{wording.confirm}</button>
        </form>
    }
    .into_any();
    view! {
        <Confirm back title_id="consent-title" buttons>
            <ConsentText wording title_id="consent-title".to_owned() note />
        </Confirm>
    }
}
