//! The list of members: who, with which role, by what.

use leptos::prelude::*;

use crate::{
    domain::{
        namespace::{GroupPath, Namespace},
        paths::{self, GroupPage},
        people::grants::Source,
        time::Timestamp,
        user::UserKind,
    },
    usecases::people::list_members::{Member, MemberGrant, Through},
};

/// Where the members are, and what the visitor may do and know there.
#[derive(Clone)]
pub(in crate::ui::pages) struct Place {
    pub namespace: Namespace,
    pub may_manage: bool,
    /// Which engine reviews: without a seat, with one, and for somebody who is blocked; `None` when the visitor
    /// may not know.
    pub reviews: Option<[&'static str; 3]>,
}

#[component]
pub(in crate::ui::pages) fn Rows(place: Place, members: Vec<Member>) -> impl IntoView {
    let rows = members.into_iter().map(|member| view! { <Row place=place.clone() member /> }).collect_view();
    view! { <ul class="card mt-3 divide-y divide-line" aria-labelledby="members">{rows}</ul> }
}

#[component]
fn Row(place: Place, member: Member) -> impl IntoView {
    let Member { listed, seat, grants, by_hand } = member;
    let user = listed.user;
    let is_blocked = user.is_blocked();
    let group = &place.namespace.path;
    let name = user.username.clone();
    let reviews = place.reviews.map(|[without, with, blocked]| match (is_blocked, seat) {
        (true, _) => blocked,
        (false, true) => with,
        (false, false) => without,
    });
    let foreign = place.may_manage
        && grants
            .iter()
            .any(|it| it.inherited_from.is_none() && it.through.is_none() && it.grant.source != Source::Hand);
    let change = place.may_manage.then(|| change(group, &name, by_hand.is_some()));
    let grants = grants.into_iter().map(|grant| view! { <GrantLine grant /> }).collect_view();
    view! {
        <li class="flex flex-wrap items-start gap-x-4 gap-y-2 px-4 py-3">
            <div class="min-w-0 flex-1 basis-60">
                <p class="flex flex-wrap items-center gap-2">
                    <bdi class="font-medium wrap-anywhere">{user.name}</bdi>
                    {is_blocked.then(|| view! { <span class="badge badge-warning">"Blocked"</span> })}
                    {(user.kind == UserKind::Bot).then(|| view! { <span class="badge">"Bot"</span> })}
                    {seat.then(|| view! { <span class="badge">"Seat"</span> })}
                </p>
                <p class="text-sm wrap-anywhere text-muted">"@"{name}</p>
                <ul class="mt-1 text-sm">{grants}</ul>
                {foreign
                    .then(|| {
                        view! {
                            <p class="mt-0.5 text-sm text-muted">
                                "Roles from another source are changed there. You can add a role by hand beside them."
                            </p>
                        }
                    })}
                {reviews.map(|engine| view! { <p class="mt-0.5 text-sm">"Reviews: "{engine}</p> })}
            </div>
            <span class="badge">{listed.role.name()}</span>
            {change}
        </li>
    }
}

/// The way to change somebody's role.
fn change(group: &GroupPath, username: &str, by_hand: bool) -> AnyView {
    let name = username.to_owned();
    if by_hand {
        view! {
            <a class="button button-small" href=paths::members_with(group, &[("change", username)])>
                "Change"<span class="sr-only">" "{name}</span>
            </a>
        }
        .into_any()
    } else {
        view! {
            <a class="button button-small" href=format!("{}#add", paths::members_with(group, &[("user", username)]))>
                "Add a role"<span class="sr-only">" for "{name}</span>
            </a>
        }
        .into_any()
    }
}

/// A role, who gave it, where, and until when.
#[component]
fn GrantLine(grant: MemberGrant) -> impl IntoView {
    let MemberGrant { grant, counts, inherited_from, through } = grant;
    let through = through.map(|through| match through {
        Through::Group { path, name } => {
            view! { ", through the invited group "<a class="link" href=GroupPage::Members.path(&path)><bdi>{name}</bdi></a> }
                .into_any()
        }
        Through::Hidden => view! { ", through an invited group that you cannot see" }.into_any(),
    });
    let inherited = inherited_from.map(|from| {
        view! { ", inherited from "<a class="link" href=GroupPage::Members.path(&from.path)><bdi>{from.name.clone()}</bdi></a> }
    });
    let (class, does_not) =
        if counts { ("wrap-anywhere", "") } else { ("wrap-anywhere text-muted", ", does not count") };
    view! {
        <li class=class>
            <bdi>{grant.role.to_string()}</bdi>", "{grant.source.phrase()}{through}{inherited}
            {grant.expires_at.map(|at| view! { ", until "<Day at /> })}{does_not}
        </li>
    }
}

/// A day in UTC.
#[component]
pub(super) fn Day(at: Timestamp) -> impl IntoView {
    view! { <time datetime=at.rfc3339() title=at.long(false)>{at.date()}</time> }
}
