//! The filter of the list, and the form that adds a member.

use leptos::prelude::*;

use super::roles;
use crate::{
    actions::{people::members::ADD_ADDRESS, query::Query},
    domain::{
        namespace::Namespace,
        paths::{self, GroupPage},
        people::members::{GivenBy, MemberQuery, MemberSort},
        role::Role,
    },
    ui::{
        components::{Choice, Field, FindPeople, FoundPeople, Wrong, described_by},
        islands::PersonPicker,
    },
    usecases::people::find_people::KnownPerson,
};

#[component]
pub(in crate::ui::pages) fn Filter(place: Namespace, query: MemberQuery) -> impl IntoView {
    let here = GroupPage::Members.path(&place.path);
    let roles = Role::ALL.map(|it| (it.key(), it.name().to_owned(), query.role == Some(it)));
    let sources = GivenBy::ALL.map(|it| (it.key(), it.name().to_owned(), query.by == Some(it)));
    let orders = MemberSort::ALL.map(|it| (it.key(), it.name().to_owned(), query.sort == it));
    let open = query.role.is_some() || query.by.is_some() || query.sort != MemberSort::default();
    let all = (query.is_filter() || open).then(|| here.clone());
    view! {
        <form method="get" action=here role="search" aria-label="Filter members" class="mt-3">
            <div class="flex flex-wrap gap-3">
                <input
                    type="search"
                    name="search"
                    class="field min-w-0 flex-1 basis-60"
                    aria-label="Search members"
                    placeholder="Name or user name"
                    autocomplete="off"
                    maxlength="255"
                    value=query.text
                />
                <button type="submit" class="button">"Filter"</button>
                {all.map(|href| view! { <a class="button" href=href>"Show all"</a> })}
            </div>
            <details class="mt-2" open=open>
                <summary class="w-fit cursor-pointer text-sm">"Role, source and order"</summary>
                <div class="mt-2 grid gap-4 sm:grid-cols-3">
                    <Choice id="filter-role" label="Role" name="role" any="Any role" choices=roles.to_vec() />
                    <Choice id="filter-by" label="Given" name="by" any="Any source" choices=sources.to_vec() />
                    <Choice id="filter-sort" label="Sort by" name="sort" choices=orders.to_vec() />
                </div>
            </details>
        </form>
    }
}

/// `typed` is what was entered before, and `wrong` what was wrong with it; `found` is whom a search found.
#[component]
pub(in crate::ui::pages) fn AddMember(
    place: Namespace,
    typed: Query,
    wrong: Wrong,
    found: Option<Vec<KnownPerson>>,
) -> impl IntoView {
    let [wrong_user, wrong_role, wrong_expiry] =
        ["user", "role", "expires_on"].map(|field| wrong.with(field));
    let is_wrong = wrong_user.is_some();
    let filled_in = typed.get("user").is_some() && found.is_none();
    let [user, role, day] = ["user", "role", "expires_on"].map(|field| typed.text(field));
    let group = place.path.to_string();
    let here = GroupPage::Members.path(&place.path);
    let found = found.map(|found| {
        let link = |it: KnownPerson| {
            let typed = [("user", it.username.as_str()), ("role", &role), ("expires_on", &day)];
            let href = format!("{}#add", paths::members_with(&place.path, &typed));
            [it.username, it.name, href]
        };
        view! { <FoundPeople found=found.into_iter().map(link).collect() /> }
    });
    view! {
        <section id="add" class="card mt-8 p-5" aria-labelledby="add-heading">
            <h2 id="add-heading" class="text-base font-semibold">"Add a member"</h2>
            <form method="post" action=ADD_ADDRESS class="mt-3">
                <input type="hidden" name="namespace" value=place.path.to_string() />
                <div class="grid gap-4 sm:grid-cols-3">
                    <Field id="add-user" label="User name or email address" wrong=wrong_user>
                        <PersonPicker
                            id="add-user".to_owned()
                            name="user".to_owned()
                            value=user
                            group=group
                            several=false
                            required=true
                            is_wrong
                            described_by=described_by("add-user", false, is_wrong)
                        />
                    </Field>
                    <RoleField id="add-role" place=place.clone() chosen=role wrong=wrong_role autofocus=filled_in && !is_wrong />
                    <ExpiryField id="add-expires-on" value=day wrong=wrong_expiry />
                </div>
                <p class="mt-4 flex flex-wrap gap-3">
                    <button type="submit" class="button button-primary">"Add the member"</button>
                    <FindPeople action=here />
                </p>
                {found}
            </form>
        </section>
    }
}

/// A role to choose, in a place.
#[component]
pub(super) fn RoleField(
    id: &'static str,
    place: Namespace,
    chosen: String,
    wrong: Option<String>,
    #[prop(optional)] autofocus: bool,
) -> impl IntoView {
    let is_wrong = wrong.is_some();
    let roles = roles(&place, &chosen);
    let none = roles.iter().all(|(_, _, selected)| !selected);
    let options = roles
        .into_iter()
        .map(|(key, name, selected)| view! { <option value=key selected=selected>{name}</option> })
        .collect_view();
    view! {
        <Field id label="Role" wrong>
            <select
                id=id
                name="role"
                class="field mt-1 w-full"
                required
                autofocus=autofocus || is_wrong
                aria-invalid=is_wrong.then_some("true")
                aria-describedby=described_by(id, false, is_wrong)
            >
                {none.then(|| view! { <option value="">"Choose a role"</option> })}
                {options}
            </select>
        </Field>
    }
}

/// The day on which a role ends; empty is never.
#[component]
pub(super) fn ExpiryField(id: &'static str, value: String, wrong: Option<String>) -> impl IntoView {
    let is_wrong = wrong.is_some();
    view! {
        <Field id label="Ends on (optional)" wrong>
            <input
                id=id
                type="date"
                name="expires_on"
                class="field mt-1 w-full"
                autofocus=is_wrong
                aria-invalid=is_wrong.then_some("true")
                aria-describedby=described_by(id, true, is_wrong)
                value=value
            />
            <p id=format!("{id}-help") class="mt-1 text-sm text-muted">"The role ends when this day begins (UTC)."</p>
        </Field>
    }
}
