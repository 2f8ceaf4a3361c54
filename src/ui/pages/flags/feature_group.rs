//! A feature group, for administrators: its members, the forms that change them, and the flags that name it.

use leptos::prelude::*;

use crate::{
    actions::{
        flags::feature_groups::{ADD_ADDRESS, REMOVE_ADDRESS, SUBJECT},
        flash::Outcome,
        query::Query,
        support::below,
    },
    domain::{flags::Target, paths},
    ui::{
        components::{ActorFields, OutcomeNote, Pager, WrongActor},
        layout::{Crumb, Nav, Page},
        pages::{Visit, visit},
    },
    usecases::{
        UseCaseError,
        flags::{
            list_feature_groups::NamedBy,
            show_feature_group::{FeatureGroupView, show_feature_group},
            show_flag::{NamedActors, find_actors},
        },
    },
};

#[component]
pub fn FeatureGroupPage() -> impl IntoView {
    let name = below(paths::ADMIN_FEATURE_GROUPS);
    let query = Query::of_page();
    visit(move |visit| page(visit, name, query))
}

async fn page(visit: Visit, name: String, query: Query) -> Result<AnyView, UseCaseError> {
    let caller = &visit.signed_in.caller;
    let number = usize::from(query.page());
    let group = show_feature_group(&visit.app, caller, &name, number).await?;
    let outcome = visit.flash_about(SUBJECT).map(|flash| flash.outcome.clone());
    // The form for a new member returns what was entered, the others nothing.
    let typed = query.get("name").is_some();
    let (wrong, outcome) = match outcome {
        Some(Outcome::Failed(error)) if typed => (Some(error.message()), None),
        other => (None, other),
    };
    let wrong = match wrong {
        Some(message) => {
            let name_typed = query.text("name");
            let meant = match name_typed.trim() {
                "" => Vec::new(),
                part => find_actors(&visit.app, caller, part).await?,
            };
            Some(wrong_member(&name, message, &meant))
        }
        None => None,
    };
    let crumbs = vec![
        Crumb::link("Administration", paths::ADMIN),
        Crumb::link("Feature groups", paths::ADMIN_FEATURE_GROUPS),
        Crumb::here(name.clone()),
    ];
    let FeatureGroupView { name, members, count, more, named_by, suggestions } = group;
    let address = |page: usize| format!("{}?page={page}", paths::feature_group(&name));
    let (before, after) = ((number > 1).then(|| address(number - 1)), more.then(|| address(number + 1)));
    Ok(view! {
        <Page title=name.clone() crumbs nav=Some(Nav::of_administrators(paths::ADMIN_FEATURE_GROUPS))>
            <h1 class="pt-4 text-2xl font-semibold wrap-anywhere">{name.clone()}</h1>
            <p class="mt-1 max-w-prose text-muted">
                "A flag that is open for this group is open for everybody in it. A change takes effect at once, in every environment, even during a change freeze."
            </p>
            <OutcomeNote outcome done />
            <section class="card mt-6 p-5" aria-labelledby="members">
                <h2 id="members" class="text-base font-semibold">"Members"</h2>
                {if count == 0 {
                    view! { <p class="mt-2 text-sm">"Nobody is in it yet."</p> }.into_any()
                } else {
                    view! { <Members group=name.clone() members /> }.into_any()
                }}
                <Pager before after />
                <form method="post" action=ADD_ADDRESS class="mt-4">
                    <input type="hidden" name="group" value=name />
                    <ActorFields
                        kind=query.text("kind")
                        name=query.text("name")
                        suggestions
                        wrong
                        autofocus=typed
                    />
                    <p class="mt-3"><button type="submit" class="button">"Add to the group"</button></p>
                </form>
            </section>
            <Flags flags=named_by />
        </Page>
    }
    .into_any())
}

/// The flash of the form that led here.
fn done(outcome: Outcome) -> Option<AnyView> {
    match outcome {
        Outcome::FeatureGroupCreated => {
            Some(view! { "The group is created. Now add its members." }.into_any())
        }
        Outcome::MemberAdded { member } => {
            Some(view! { <strong>{member}</strong>" is in the group." }.into_any())
        }
        Outcome::MemberRemoved { member } => {
            Some(view! { <strong>{member}</strong>" is no longer in the group." }.into_any())
        }
        _ => None,
    }
}

/// The error, with a link to the filled-in form for each actor that may have been meant.
fn wrong_member(group: &str, message: String, meant: &[Target]) -> AnyView {
    let filled_in = |it: &Target| (it.words(), paths::feature_group_with(group, it.kind.key(), &it.name));
    view! { <WrongActor message meant=meant.iter().map(filled_in).collect() /> }.into_any()
}

#[component]
fn Members(group: String, members: NamedActors) -> impl IntoView {
    let row = |target: Target, is_gone: bool| {
        let words = target.words();
        let (kind, shown) = (target.kind, target.name.clone());
        view! {
            <li class="flex flex-wrap items-center gap-x-3 gap-y-1 py-1.5">
                {if is_gone {
                    view! { <span class="min-w-0 flex-1 text-muted"><code>{shown}</code>" is gone"</span> }.into_any()
                } else {
                    view! {
                        <span class="min-w-0 flex-1 wrap-anywhere">{shown}" "<span class="badge">{kind.name()}</span></span>
                    }
                        .into_any()
                }}
                <form method="post" action=REMOVE_ADDRESS>
                    <input type="hidden" name="group" value=group.clone() />
                    <input type="hidden" name="kind" value=kind.key() />
                    <input type="hidden" name="name" value=target.name />
                    <button type="submit" class="button button-small">
                        "Remove"<span class="sr-only">" "{words}</span>
                    </button>
                </form>
            </li>
        }
    };
    let named = members.named.into_iter().map(|it| row(it, false)).collect_view();
    let gone = members.gone.into_iter().map(|it| row(it, true)).collect_view();
    view! { <ul class="mt-2 divide-y divide-line text-sm">{named}{gone}</ul> }
}

#[component]
fn Flags(flags: Vec<NamedBy>) -> impl IntoView {
    let none = flags.is_empty();
    let rows = flags
        .into_iter()
        .map(|NamedBy { flag, environments }| {
            let links = environments
                .into_iter()
                .map(|it| view! { <a class="link" href=paths::feature_flag(&flag, it)>{it.key()}</a> })
                .collect_view();
            view! {
                <li class="flex flex-wrap items-center gap-x-3 gap-y-1 py-1.5">
                    <span class="min-w-0 flex-1 basis-60 wrap-anywhere">{flag.clone()}</span>
                    <span class="flex flex-wrap gap-x-3">{links}</span>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="card mt-8 p-5" aria-labelledby="flags">
            <h2 id="flags" class="text-base font-semibold">"Flags that are open for it"</h2>
            {if none {
                view! { <p class="mt-2 text-sm">"None. A flag is opened for the group on the flag's own page."</p> }
                    .into_any()
            } else {
                view! { <ul class="mt-2 divide-y divide-line text-sm">{rows}</ul> }.into_any()
            }}
        </section>
    }
}
