//! The groups that are invited to a place, and the form that invites one.

use leptos::prelude::*;

use super::{
    forms::{ExpiryField, RoleField},
    rows::{Day, Place},
};
use crate::{
    actions::{people::members::INVITE_ADDRESS, query::Query},
    domain::{
        namespace::Namespace,
        paths::{self, GroupPage},
        people::grants::Source,
    },
    ui::components::{Field, Wrong, described_by},
    usecases::InvitedGroup,
};

/// `ancestors` name where inherited invitations were given.
#[component]
pub(in crate::ui::pages) fn InvitedGroups(
    place: Place,
    ancestors: Vec<Namespace>,
    invited: Vec<InvitedGroup>,
    typed: Query,
    wrong: Wrong,
) -> impl IntoView {
    let none = invited.is_empty();
    let rows = invited
        .into_iter()
        .map(|it| {
            let from =
                ancestors.iter().find(|above| above.id == it.at && it.at != place.namespace.id).cloned();
            view! { <Row place=place.clone() it from /> }
        })
        .collect_view();
    let project = place.namespace.path.as_str().to_owned();
    let may_manage = place.may_manage;
    let form = may_manage.then(|| view! { <Invite place=place.namespace typed wrong /> });
    (may_manage || !none).then(|| {
        view! {
            <section class="mt-8" aria-labelledby="invited">
                <h2 id="invited" class="text-base font-semibold">"Invited groups"</h2>
                <p class="mt-1 max-w-prose text-sm text-muted">
                    "Members of an invited group have a role in "<bdi>{project}</bdi>
                    " as well: their own role, or that of the invitation if it is lower."
                </p>
                {if none {
                    view! { <p class="mt-2 text-sm">"No group is invited."</p> }.into_any()
                } else {
                    view! { <ul class="card mt-3 divide-y divide-line">{rows}</ul> }.into_any()
                }}
                {form}
            </section>
        }
    })
}

#[component]
fn Row(place: Place, it: InvitedGroup, from: Option<Namespace>) -> impl IntoView {
    let path = it.path.to_string();
    let changes = place.may_manage && from.is_none();
    let name = if it.is_seen {
        view! {
            <a href=GroupPage::Members.path(&it.path) class="font-medium wrap-anywhere"><bdi>{it.name}</bdi></a>
            <span class="block text-sm wrap-anywhere text-muted">{path.clone()}</span>
        }
        .into_any()
    } else {
        view! { <span class="text-muted">"A group that you cannot see"</span> }.into_any()
    };
    let change = changes.then(|| {
        if it.source == Source::Hand {
            let href = paths::members_with(&place.namespace.path, &[("invitation", &path)]);
            view! {
                <a class="button button-small" href=href>"Change"<span class="sr-only">" the invitation of "{path}</span></a>
            }
            .into_any()
        } else {
            view! { <span class="text-sm text-muted">"Changed at its source."</span> }.into_any()
        }
    });
    view! {
        <li class="flex flex-wrap items-start gap-x-4 gap-y-2 px-4 py-3">
            <div class="min-w-0 flex-1 basis-60">
                {name}
                <span class="block text-sm">
                    "Invited "{it.source.phrase()}
                    {from.map(|from| {
                        view! { ", inherited from "<a class="link" href=GroupPage::Members.path(&from.path)><bdi>{from.name}</bdi></a> }
                    })}
                    {it.given.expires_at.map(|at| view! { ", until "<Day at /> })}
                </span>
            </div>
            <span class="badge">"At most "{it.given.role.to_string()}</span>
            {change}
        </li>
    }
}

#[component]
fn Invite(place: Namespace, typed: Query, wrong: Wrong) -> impl IntoView {
    let [wrong_group, wrong_role, wrong_expiry] =
        ["group", "role", "expires_on"].map(|field| wrong.with(field));
    let is_wrong = wrong_group.is_some();
    let [group, role, day] = ["group", "group_role", "group_expires_on"].map(|field| typed.text(field));
    view! {
        <form id="invite" method="post" action=INVITE_ADDRESS class="card mt-4 p-5" aria-label="Invite a group">
            <input type="hidden" name="namespace" value=place.path.to_string() />
            <div class="grid gap-4 sm:grid-cols-3">
                <Field id="invite-group" label="Path of the group to invite" wrong=wrong_group>
                    <input
                        id="invite-group"
                        name="group"
                        class="field mt-1 w-full"
                        autocomplete="off"
                        autocapitalize="none"
                        spellcheck="false"
                        required
                        maxlength="255"
                        autofocus=is_wrong
                        aria-invalid=is_wrong.then_some("true")
                        aria-describedby=described_by("invite-group", false, is_wrong)
                        value=group
                    />
                </Field>
                <RoleField id="invite-role" place=place.clone() chosen=role wrong=wrong_role />
                <ExpiryField id="invite-expires-on" value=day wrong=wrong_expiry />
            </div>
            <p class="mt-4"><button type="submit" class="button">"Invite the group"</button></p>
        </form>
    }
}
