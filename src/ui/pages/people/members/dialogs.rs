//! Dialogs over the members page: change or take back a role or an invitation, and leave.

use leptos::prelude::*;

use super::forms::{ExpiryField, RoleField};
use crate::{
    actions::{
        error::ActionError,
        people::members::{
            CHANGE_ADDRESS, CHANGE_INVITATION_ADDRESS, LEAVE_ADDRESS, REMOVE_ADDRESS, UNINVITE_ADDRESS,
        },
        query::Query,
    },
    domain::{
        namespace::{GroupPath, Namespace},
        paths::{self, GroupPage},
        people::{grants::Source, members::Membership},
        time::Timestamp,
    },
    ui::{
        components::{AlertNote, Confirm, Wrong},
        pages::Visit,
    },
    usecases::{
        InvitedGroup, UseCaseError,
        people::list_members::{MemberList, show_member},
    },
};

/// What a dialog is about.
enum Subject {
    /// A role by hand to change.
    Change {
        user: String,
        now: Membership,
    },
    /// A role by hand to take back.
    Remove {
        user: String,
        now: Membership,
        others: bool,
    },
    Leave {
        now: Membership,
    },
    ChangeInvitation {
        group: GroupPath,
        now: Membership,
    },
    Uninvite {
        group: GroupPath,
    },
}

pub(in crate::ui::pages) struct Open(Subject);

/// The dialog that the query asks for; `None` when for none, or for what is not there any more.
pub(in crate::ui::pages) async fn find_dialog(
    visit: &Visit,
    list: &MemberList,
    query: &Query,
) -> Result<Option<Open>, UseCaseError> {
    let place = &list.frame.namespace;
    let may_manage = list.frame.may.manage_members;
    let invitation = |path: &str| {
        let by_hand = |it: &&InvitedGroup| {
            it.at == place.id && it.source == Source::Hand && it.path.as_str().eq_ignore_ascii_case(path)
        };
        list.invited.iter().find(by_hand).filter(|_| may_manage)
    };
    let subject = if let Some(path) = query.get("invitation") {
        invitation(path).map(|it| Subject::ChangeInvitation { group: it.path.clone(), now: it.given.clone() })
    } else if let Some(path) = query.get("uninvite") {
        invitation(path).map(|it| Subject::Uninvite { group: it.path.clone() })
    } else if query.get("leave").is_some() {
        list.own.clone().map(|now| Subject::Leave { now })
    } else if let Some((user, is_removal)) =
        query.get("remove").map(|it| (it, true)).or_else(|| query.get("change").map(|it| (it, false)))
        && may_manage
    {
        match show_member(&visit.app, &visit.signed_in.caller, &place.path, user).await {
            Ok(member) => member.by_hand.map(|now| {
                let user = member.listed.user.username;
                // Besides the one by hand.
                let others = member.grants.iter().filter(|it| it.counts).count() > 1;
                if is_removal { Subject::Remove { user, now, others } } else { Subject::Change { user, now } }
            }),
            Err(UseCaseError::NotFound(_)) => None,
            Err(error) => return Err(error),
        }
    } else {
        None
    };
    Ok(subject.map(Open))
}

/// `error` is why the dialog's form was refused.
#[component]
pub(in crate::ui::pages) fn Dialog(
    place: Namespace,
    open: Open,
    query: Query,
    error: Option<ActionError>,
) -> impl IntoView {
    let asks = query.get("last_owner").is_some();
    let wrong = error.as_ref().map(Wrong::from).unwrap_or_default();
    let back = GroupPage::Members.path(&place.path);
    let path = place.path.to_string();
    match open.0 {
        Subject::Change { user, now } => {
            let more = paths::members_with(&place.path, &[("remove", &user)]);
            let title = format!("Role of @{user}");
            let fields = view! { <input type="hidden" name="user" value=user /> }.into_any();
            let remove = Some((more, "Take the role back…"));
            edit(place, &query, now, wrong, asks, Edit { title, action: CHANGE_ADDRESS, fields, remove })
        }
        Subject::ChangeInvitation { group, now } => {
            let more = paths::members_with(&place.path, &[("uninvite", group.as_str())]);
            let title = format!("Invitation of {group}");
            let fields = view! { <input type="hidden" name="group" value=group.to_string() /> }.into_any();
            let remove = Some((more, "Take the invitation back…"));
            edit(
                place,
                &query,
                now,
                wrong,
                asks,
                Edit { title, action: CHANGE_INVITATION_ADDRESS, fields, remove },
            )
        }
        Subject::Remove { user, now, others } => {
            let text = format!(
                "Their role {} was given by hand. {}",
                now.words(),
                if others {
                    "Roles from other sources or from groups above stay."
                } else {
                    "They have no other role here, so they are no longer a member."
                }
            );
            let title = format!("Take the role of @{user} back?");
            let fields = view! { <input type="hidden" name="user" value=user /> }.into_any();
            ask(
                path,
                back,
                wrong,
                asks,
                Ask { title, text, action: REMOVE_ADDRESS, fields, button: "Take the role back" },
            )
        }
        Subject::Uninvite { group } => {
            let title = format!("Take the invitation of {group} back?");
            let text = String::from("Its members lose the role that the invitation gives them here.");
            let fields = view! { <input type="hidden" name="group" value=group.to_string() /> }.into_any();
            ask(
                path,
                back,
                wrong,
                asks,
                Ask { title, text, action: UNINVITE_ADDRESS, fields, button: "Take the invitation back" },
            )
        }
        Subject::Leave { now } => {
            let title = format!("Leave {path}?");
            let text = format!(
                "You lose the role {}. An Owner can add you again. Roles from other sources or from groups above stay.",
                now.words()
            );
            let fields = ().into_any();
            ask(path, back, wrong, asks, Ask { title, text, action: LEAVE_ADDRESS, fields, button: "Leave" })
        }
    }
}

struct Edit {
    title: String,
    action: &'static str,
    fields: AnyView,
    /// The way to the dialog that takes it back.
    remove: Option<(String, &'static str)>,
}

/// A dialog with role and expiry.
fn edit(place: Namespace, query: &Query, now: Membership, wrong: Wrong, asks: bool, it: Edit) -> AnyView {
    let back = GroupPage::Members.path(&place.path);
    let seen_role = now.role.role().key();
    let seen_day = now.expires_at.map(Timestamp::date).unwrap_or_default();
    // As entered before, where there is an error; an emptied day is as good as entered.
    let again = query.get("role").is_some();
    let role = if again { query.text("role") } else { seen_role.to_owned() };
    let day = if again { query.text("expires_on") } else { seen_day.clone() };
    let buttons = view! {
        {it.remove.map(|(href, label)| view! { <span class="flex-1"><a class="button" href=href>{label}</a></span> })}
        <a class="button" href=back.clone()>"Cancel"</a>
        <button type="submit" form="dialog-form" class="button button-primary">"Save"</button>
    }
    .into_any();
    let (wrong_role, wrong_expiry) = (wrong.with("role"), wrong.with("expires_on"));
    let path = place.path.to_string();
    view! {
        <Confirm back title_id="dialog-title" buttons>
            <h2 id="dialog-title" class="wrap-anywhere">{it.title}</h2>
            {wrong.beyond(&["role", "expires_on"]).map(|message| view! { <AlertNote>{message}</AlertNote> })}
            <form id="dialog-form" method="post" action=it.action class="mt-4">
                <input type="hidden" name="namespace" value=path />
                {it.fields}
                <input type="hidden" name="seen_role" value=seen_role />
                <input type="hidden" name="seen_expires_on" value=seen_day />
                <div class="grid gap-4 sm:grid-cols-2">
                    <RoleField id="dialog-role" place chosen=role wrong=wrong_role autofocus=!asks />
                    <ExpiryField id="dialog-expires-on" value=day wrong=wrong_expiry />
                </div>
                {asks.then(|| view! { <LastOwner /> })}
            </form>
        </Confirm>
    }
    .into_any()
}

struct Ask {
    title: String,
    text: String,
    action: &'static str,
    fields: AnyView,
    button: &'static str,
}

/// A dialog that asks.
fn ask(path: String, back: String, wrong: Wrong, asks: bool, it: Ask) -> AnyView {
    let buttons = view! {
        <a class="button" href=back.clone() autofocus>"Cancel"</a>
        <button type="submit" form="dialog-form" class="button button-primary">{it.button}</button>
    }
    .into_any();
    let message = wrong.beyond(&[]);
    view! {
        <Confirm back title_id="dialog-title" buttons>
            <h2 id="dialog-title" class="wrap-anywhere">{it.title}</h2>
            <p class="mt-3">{it.text}</p>
            {message.map(|message| view! { <AlertNote>{message}</AlertNote> })}
            <form id="dialog-form" method="post" action=it.action class="mt-4">
                <input type="hidden" name="namespace" value=path />
                {it.fields}
                {asks.then(|| view! { <LastOwner /> })}
            </form>
        </Confirm>
    }
    .into_any()
}

/// Confirms that the group loses its last owner.
#[component]
fn LastOwner() -> impl IntoView {
    view! {
        <p class="mt-4 flex items-start gap-3">
            <input id="dialog-confirmed" type="checkbox" name="confirmed" value="yes" class="checkbox" required />
            <label for="dialog-confirmed">"Yes, leave the group without an Owner"</label>
        </p>
    }
}
