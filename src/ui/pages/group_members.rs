//! *Members* of a group or project: who has which role, by what, until when, and who reviews for them.

use leptos::prelude::*;

use super::{
    Visit,
    people::members::{AddMember, Dialog, Filter, InvitedGroups, Place, Rows, find_dialog},
};
use crate::{
    actions::{flash::Outcome, people::members::SUBJECT, query::Query},
    domain::{
        flows::code_review::Engine,
        namespace::GroupPath,
        paths::{self, GroupPage},
        people::members::MemberQuery,
        time::Timestamp,
    },
    ui::{
        components::{AlertNote, Note, Pager, StatusNote, Wrong},
        layout::{Nav, Page, group_crumbs},
    },
    usecases::{
        GroupOwner, UseCaseError,
        decisions::member_engines::member_engines,
        people::{
            find_people::find_people,
            list_members::{MemberList, PAGE, list_members},
        },
    },
};

pub(super) async fn page(visit: Visit, group: GroupPath, query: Query) -> Result<AnyView, UseCaseError> {
    let caller = &visit.signed_in.caller;
    let (filter, unknown) = filter_of(&query);
    let mut list = list_members(&visit.app, caller, &group, &filter, i64::from(query.page())).await?;
    if unknown.is_some() {
        // Wider than was asked for would be shown.
        list.members.clear();
        list.total = 0;
    }
    let engines = member_engines(&visit.app, caller, &group).await?;
    let open = find_dialog(&visit, &list, &query).await?;
    let found = match query.get("find") {
        Some(_) if list.frame.may.manage_members => {
            Some(find_people(&visit.app, caller, Some(&group), &query.text("user")).await?)
        }
        _ => None,
    };
    let outcome = visit.flash_about(SUBJECT).map(|flash| flash.outcome.clone());
    let error = match &outcome {
        Some(Outcome::Failed(error)) => Some(error.clone()),
        _ => None,
    };
    let wrong = error.as_ref().map(Wrong::from).unwrap_or_default();
    let none = Wrong::default;
    // Each form shows the errors of its own fields.
    let (adding, inviting) = (query.get("user").is_some(), query.get("group").is_some());
    let shown: &[&str] = match (adding, inviting) {
        (true, _) => &["user", "role", "expires_on"],
        (_, true) => &["group", "role", "expires_on"],
        _ => &[],
    };
    let alert = if open.is_some() { None } else { wrong.beyond(shown) };
    let done = match outcome {
        Some(Outcome::MembersChanged { what }) => Some(what),
        _ => None,
    };
    let MemberList { frame, members, total, page, invited, owners, own } = list;
    let place = Place {
        namespace: frame.namespace.clone(),
        may_manage: frame.may.manage_members,
        reviews: engines.map(|it| [it.without_seat.name(), it.with_seat.name(), Engine::None.name()]),
    };
    let namespace = frame.namespace.clone();
    let (before, after) = (
        (page > 1).then(|| paths::members_page(&group, &filter, page - 1)),
        (page * PAGE < total).then(|| paths::members_page(&group, &filter, page + 1)),
    );
    let shown = i64::try_from(members.len()).unwrap_or_default();
    let count = count_words((page - 1) * PAGE, shown, total);
    let export = paths::members_export(&group, &filter);
    let empty = empty_words(filter.is_filter());
    let (may_manage, is_empty) = (place.may_manage, members.is_empty());
    let covered = open.is_some();
    let dialog = open.map(|open| view! { <Dialog place=namespace.clone() open query=query.clone() error /> });
    let leave = own.map(|_| paths::members_with(&group, &[("leave", "yes")]));
    let ancestors = frame.ancestors.clone();
    let add = may_manage.then(|| {
        let wrong = if adding { wrong.clone() } else { none() };
        let typed = if adding { query.clone() } else { Query::default() };
        view! { <AddMember place=namespace.clone() typed wrong found /> }
    });
    let wrong = if inviting { wrong } else { none() };
    Ok(view! {
        <Page
            title=format!("Members · {}", frame.namespace.name)
            crumbs=group_crumbs(&frame, "Members")
            nav=Some(Nav::of_group(&frame, GroupPage::Members))
            covered
        >
            <h1 id="members" class="pt-4 text-2xl font-semibold">"Members"</h1>
            <p class="mt-1 max-w-prose text-muted">
                "Who has which role in "<bdi>{namespace.name.clone()}</bdi>", and where it comes from. The highest role counts."
            </p>
            {alert.map(|message| view! { <AlertNote>{message}</AlertNote> })}
            {done.map(|what| view! { <StatusNote>{what}</StatusNote> })}
            {owners.and_then(|owners| owners_note(&owners, may_manage))}
            <Filter place=namespace.clone() query=filter />
            {unknown.map(|message| view! { <AlertNote>{message}</AlertNote> })}
            <div class="mt-4 flex flex-wrap items-center gap-x-4 gap-y-2">
                <p class="min-w-0 flex-1 basis-60 text-sm text-muted">{count}</p>
                {may_manage.then(|| view! { <a class="button button-small" href="#add">"Add a member"</a> })}
                {leave.map(|href| view! { <a class="button button-small" href=href>"Leave"</a> })}
                <a class="button button-small" href=export download>"Download CSV"</a>
            </div>
            {if is_empty {
                view! { <p class="mt-3 text-muted">{empty}</p> }.into_any()
            } else {
                view! { <Rows place=place.clone() members /> }.into_any()
            }}
            <Pager before after />
            {add}
            <InvitedGroups place ancestors invited typed=query wrong />
        </Page>
        {dialog}
    }
    .into_any())
}

/// What the query selects, or what of it is not understood.
fn filter_of(query: &Query) -> (MemberQuery, Option<String>) {
    // The role of a form that was filled in is no filter.
    let is_form = ["user", "change", "invitation", "group"].iter().any(|it| query.get(it).is_some());
    if is_form {
        return (MemberQuery::default(), None);
    }
    match MemberQuery::read(|name| query.text(name)) {
        Ok(filter) => (filter, None),
        Err(unknown) => {
            let message = format!(
                "The filter {} has an unknown value, so nobody is shown. Choose another.",
                unknown.field
            );
            (MemberQuery::default(), Some(message))
        }
    }
}

/// `51–75 of 75`.
fn count_words(before: i64, shown: i64, total: i64) -> String {
    match total {
        0 => String::from("Nobody"),
        1 => String::from("1 member"),
        _ if shown == total => format!("{total} members"),
        _ => format!("{}–{} of {total} members", before + 1, before + shown),
    }
}

const fn empty_words(filtered: bool) -> &'static str {
    if filtered {
        "No member matches the filter."
    } else {
        "No members yet. An administrator or an Owner of a group above adds the first one."
    }
}

/// A warning while a top-level group has nobody to own it, or one person only.
fn owners_note(owners: &[GroupOwner], may_manage: bool) -> Option<AnyView> {
    let text = match owners {
        [] => String::from("This group has no active Owner. Only administrators can manage it."),
        [only] if may_manage => {
            let until =
                only.until.map(Timestamp::date).map(|day| format!(", until {day}")).unwrap_or_default();
            format!("@{} is the only Owner{until}. Add a second one, in case they are away.", only.username)
        }
        _ => return None,
    };
    Some(view! { <Note>{text}</Note> }.into_any())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_which_part_of_how_many_it_shows() {
        assert_eq!(count_words(50, 25, 75), "51–75 of 75 members");
        assert_eq!(count_words(0, 50, 10_000), "1–50 of 10000 members");
        assert_eq!(count_words(0, 4, 4), "4 members");
        assert_eq!((count_words(0, 1, 1), count_words(0, 0, 0)), ("1 member".into(), "Nobody".into()));
    }
}
