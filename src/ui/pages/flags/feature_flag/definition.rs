//! The definition of a flag.

use leptos::prelude::*;

use crate::{
    domain::flags::FlagDefinition,
    ui::{
        components::{Note, Time},
        pages::Visit,
    },
    usecases::flags::list_flags::FlagSummary,
};

#[component]
pub(super) fn Definition(visit: Visit, flag: FlagSummary) -> impl IntoView {
    let changed = flag.changed_at.map(|at| visit.moment(at));
    let stale = flag.stale;
    let Some(definition) = flag.definition else {
        return view! {
            <p class="mt-1 max-w-prose text-muted">
                "No definition says what this flag is for. Perhaps nothing asks for it."
            </p>
        }
        .into_any();
    };
    let FlagDefinition { description, flag_type, default_enabled, group, milestone, expires_on, .. } =
        definition.clone();
    let links = [
        ("Feature issue", definition.feature_issue_url),
        ("Introduced by", definition.introduced_by_url),
        ("Roll-out issue", definition.rollout_issue_url),
    ];
    let links: Vec<_> = links
        .into_iter()
        .filter_map(|(name, url)| Some((name, url?)))
        .map(|(name, url)| view! { <li><a class="link" href=url rel="noreferrer">{name}</a></li> })
        .collect();
    let fact = |name: &'static str, value: Option<String>| {
        value.map(|value| {
            view! {
                <div class="min-w-0">
                    <dt class="text-muted">{name}</dt>
                    <dd class="wrap-anywhere">{value}</dd>
                </div>
            }
        })
    };
    view! {
        <p class="mt-1 max-w-prose text-muted wrap-anywhere">{description}</p>
        {stale
            .map(|stale| {
                view! {
                    <Note><strong>{stale.name()}"."</strong>" "{stale.advice()}</Note>
                }
            })}
        <dl class="mt-4 flex flex-wrap gap-x-8 gap-y-3 text-sm">
            {fact("Type", Some(flag_type.name().to_owned()))}
            {fact("Default", Some(String::from(if default_enabled { "On" } else { "Off" })))}
            {fact("Owner", Some(group))}
            {fact("Milestone", milestone)}
            {fact("Expires on", expires_on)}
            <div>
                <dt class="text-muted">"Last changed"</dt>
                <dd>
                    {match changed {
                        Some(moment) => view! { <Time moment /> }.into_any(),
                        None => "never".into_any(),
                    }}
                </dd>
            </div>
        </dl>
        {(!links.is_empty())
            .then(|| {
                view! { <ul class="mt-3 flex flex-wrap gap-x-6 gap-y-1 text-sm" aria-label="Links">{links}</ul> }
            })}
    }
    .into_any()
}
