//! Forms of members and invited groups. What takes the last owner away from a group returns to a dialog that
//! asks.

use axum::response::Response;
use serde::Deserialize;

use crate::{
    actions::{error::ActionError, flash::Outcome, form_answer::Next, people::members::SUBJECT},
    domain::{
        namespace::GroupPath,
        paths::{self, GroupPage},
        people::members::expiry,
        role::Role,
        time::Timestamp,
    },
    server::forms::{ByUser, Form},
    usecases::{
        UseCaseError,
        people::{
            invite_group::{InviteGroup, invite_group, uninvite_group},
            member_editor::{MemberEditor, Seen},
            member_error::MemberError,
            remove_member::{leave_group, remove_member},
            set_member::{MemberNow, SetMember, set_member},
        },
    },
};

#[derive(Deserialize)]
pub(super) struct Add {
    namespace: String,
    #[serde(default)]
    user: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    expires_on: String,
}

/// Gives a role to somebody who has none by hand.
pub(super) async fn add(Form { posted, fields }: Form<Add>) -> Result<Response, Response> {
    let Add { namespace, user, role, expires_on } = fields;
    let (posted, place) = posted.with(GroupPath::parse(&namespace)).await?;
    let typed = vec![("user", user.as_str()), ("role", &role), ("expires_on", &expires_on)];
    let by = posted.signed_in(&paths::members_with(&place, &typed)).await?;
    let done = async {
        let (role, expires_at) = (role_of(&role)?, expiry(&expires_on)?);
        let command = SetMember {
            namespace: &place,
            user: &user,
            role,
            expires_at,
            seen: Seen::Nothing,
            confirmed: false,
        };
        set_member(by.app(), MemberEditor::Caller(by.caller()), &command).await
    };
    let done = done.await.map(|now| words(&now));
    Ok(answer(by, &place, typed, done).await)
}

#[derive(Deserialize)]
pub(super) struct Change {
    namespace: String,
    user: String,
    role: String,
    #[serde(default)]
    expires_on: String,
    seen_role: String,
    #[serde(default)]
    seen_expires_on: String,
    #[serde(default)]
    confirmed: String,
}

/// Changes the fields that differ from what the page showed.
pub(super) async fn change(Form { posted, fields }: Form<Change>) -> Result<Response, Response> {
    let Change { namespace, user, role, expires_on, seen_role, seen_expires_on, confirmed } = fields;
    let (posted, place) = posted.with(GroupPath::parse(&namespace)).await?;
    let typed = vec![("change", user.as_str()), ("role", &role), ("expires_on", &expires_on)];
    let by = posted.signed_in(&paths::members_with(&place, &typed)).await?;
    let done = async {
        let (role, expires_at) = (role_of(&role)?, expiry(&expires_on)?);
        let command = SetMember {
            namespace: &place,
            user: &user,
            role,
            expires_at,
            seen: seen(&seen_role, &seen_expires_on)?,
            confirmed: !confirmed.is_empty(),
        };
        set_member(by.app(), MemberEditor::Caller(by.caller()), &command).await
    };
    let done = done.await;
    Ok(answer(by, &place, typed, done.map(|now| words(&now))).await)
}

#[derive(Deserialize)]
pub(super) struct Remove {
    namespace: String,
    user: String,
    #[serde(default)]
    confirmed: String,
}

/// Takes back what was given by hand.
pub(super) async fn remove(Form { posted, fields }: Form<Remove>) -> Result<Response, Response> {
    let Remove { namespace, user, confirmed } = fields;
    let (posted, place) = posted.with(GroupPath::parse(&namespace)).await?;
    let typed = vec![("remove", user.as_str())];
    let by = posted.signed_in(&paths::members_with(&place, &typed)).await?;
    let editor = MemberEditor::Caller(by.caller());
    let done = remove_member(by.app(), editor, &place, &user, !confirmed.is_empty()).await;
    Ok(answer(by, &place, typed, done.map(|now| words(&now))).await)
}

#[derive(Deserialize)]
pub(super) struct Leave {
    namespace: String,
    #[serde(default)]
    confirmed: String,
}

/// Gives up one's own role.
pub(super) async fn leave(Form { posted, fields }: Form<Leave>) -> Result<Response, Response> {
    let Leave { namespace, confirmed } = fields;
    let (posted, place) = posted.with(GroupPath::parse(&namespace)).await?;
    let mut typed = vec![("leave", "yes")];
    let by = posted.signed_in(&paths::members_with(&place, &typed)).await?;
    let done = leave_group(by.app(), by.caller(), &place, !confirmed.is_empty()).await;
    typed.extend(asks(&done));
    let again = paths::members_with(&place, &typed);
    // Without any role left, the group cannot be seen any more.
    let stays = done.as_ref().is_ok_and(|now| now.counts.is_some()) || by.caller().actor.is_admin;
    let done = done.map(|now| words(&now));
    let next = |result: Result<&String, &ActionError>| match result {
        Ok(_) if !stays => Next::Silently(String::from(paths::GROUPS)),
        other => next(other, &place, again),
    };
    Ok(by.answer(SUBJECT, done, next).await)
}

#[derive(Deserialize)]
pub(super) struct Invite {
    namespace: String,
    #[serde(default)]
    group: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    expires_on: String,
}

/// Invites a group that is not invited by hand yet.
pub(super) async fn invite(Form { posted, fields }: Form<Invite>) -> Result<Response, Response> {
    let Invite { namespace, group, role, expires_on } = fields;
    let (posted, place) = posted.with(GroupPath::parse(&namespace)).await?;
    let typed = vec![("group", group.as_str()), ("group_role", &role), ("group_expires_on", &expires_on)];
    let by = posted.signed_in(&paths::members_with(&place, &typed)).await?;
    let done = async {
        let group = group_of(&group)?;
        let (role, expires_at) = (role_of(&role)?, expiry(&expires_on)?);
        let command = InviteGroup {
            namespace: &place,
            group: &group,
            role,
            expires_at,
            seen: Seen::Nothing,
            confirmed: false,
        };
        invite_group(by.app(), MemberEditor::Caller(by.caller()), &command).await?;
        Ok::<_, UseCaseError>(format!("The members of {group} have a role here now, at most {role}."))
    };
    let done = done.await;
    Ok(answer(by, &place, typed, done).await)
}

#[derive(Deserialize)]
pub(super) struct ChangeInvitation {
    namespace: String,
    group: String,
    role: String,
    #[serde(default)]
    expires_on: String,
    seen_role: String,
    #[serde(default)]
    seen_expires_on: String,
    #[serde(default)]
    confirmed: String,
}

/// Changes the fields of an invitation that differ from what the page showed.
pub(super) async fn change_invitation(
    Form { posted, fields }: Form<ChangeInvitation>,
) -> Result<Response, Response> {
    let ChangeInvitation { namespace, group, role, expires_on, seen_role, seen_expires_on, confirmed } =
        fields;
    let (posted, place) = posted.with(GroupPath::parse(&namespace)).await?;
    let typed = vec![("invitation", group.as_str()), ("role", &role), ("expires_on", &expires_on)];
    let by = posted.signed_in(&paths::members_with(&place, &typed)).await?;
    let done = async {
        let group = group_of(&group)?;
        let (role, expires_at) = (role_of(&role)?, expiry(&expires_on)?);
        let command = InviteGroup {
            namespace: &place,
            group: &group,
            role,
            expires_at,
            seen: seen(&seen_role, &seen_expires_on)?,
            confirmed: !confirmed.is_empty(),
        };
        let changed = invite_group(by.app(), MemberEditor::Caller(by.caller()), &command).await?;
        Ok::<_, UseCaseError>(if changed {
            format!("Saved the invitation of {group}.")
        } else {
            format!("The invitation of {group} was so already.")
        })
    };
    let done = done.await;
    Ok(answer(by, &place, typed, done).await)
}

#[derive(Deserialize)]
pub(super) struct Uninvite {
    namespace: String,
    group: String,
    #[serde(default)]
    confirmed: String,
}

/// Takes an invitation back.
pub(super) async fn uninvite(Form { posted, fields }: Form<Uninvite>) -> Result<Response, Response> {
    let Uninvite { namespace, group, confirmed } = fields;
    let (posted, place) = posted.with(GroupPath::parse(&namespace)).await?;
    let typed = vec![("uninvite", group.as_str())];
    let by = posted.signed_in(&paths::members_with(&place, &typed)).await?;
    let done = async {
        let group = group_of(&group)?;
        let editor = MemberEditor::Caller(by.caller());
        uninvite_group(by.app(), editor, &place, &group, !confirmed.is_empty()).await?;
        Ok::<_, UseCaseError>(format!("{group} is no longer invited."))
    };
    let done = done.await;
    Ok(answer(by, &place, typed, done).await)
}

/// The list after a success; after an error the form again, with what was `typed`.
async fn answer(
    by: ByUser,
    place: &GroupPath,
    mut typed: Vec<(&str, &str)>,
    done: Result<String, UseCaseError>,
) -> Response {
    typed.extend(asks(&done));
    let again = paths::members_with(place, &typed);
    by.answer(SUBJECT, done, |result| next(result, place, again)).await
}

/// The list after a success; after an error the page `again`.
fn next(result: Result<&String, &ActionError>, place: &GroupPath, again: String) -> Next {
    match result {
        Ok(what) => {
            Next::Page(GroupPage::Members.path(place), Outcome::MembersChanged { what: what.clone() })
        }
        Err(error) => Next::Page(again, Outcome::Failed(error.clone())),
    }
}

/// What makes the dialog ask whether a group may lose its last owner.
fn asks<T>(done: &Result<T, UseCaseError>) -> Option<(&'static str, &'static str)> {
    let error = done.as_ref().err().and_then(|error| error.own::<MemberError>());
    matches!(error, Some(MemberError::LastOwner { .. })).then_some(("last_owner", "yes"))
}

/// How it is now, in a sentence.
fn words(now: &MemberNow) -> String {
    let who = format!("@{}", now.user.username);
    match (&now.by_hand, now.counts) {
        (Some(given), Some(counts)) if counts > given.role.role() => {
            format!("{who} was given the role {}, and stays {counts} by another source.", given.words())
        }
        (Some(given), _) => format!("{who} is {} now.", given.words()),
        (None, Some(counts)) => {
            format!("What {who} was given by hand is taken back. They stay {counts} by another source.")
        }
        (None, None) => format!("{who} is no longer a member."),
    }
}

fn role_of(key: &str) -> Result<Role, UseCaseError> {
    Role::from_key(key).ok_or_else(|| UseCaseError::invalid("role", "Choose a role."))
}

fn group_of(path: &str) -> Result<GroupPath, UseCaseError> {
    GroupPath::parse(path.trim()).map_err(|error| UseCaseError::invalid("group", error))
}

/// What the page showed, as its hidden fields say.
fn seen(role: &str, expires_on: &str) -> Result<Seen, UseCaseError> {
    let expires_at: Option<Timestamp> = expiry(expires_on)?;
    Ok(Seen::This(role_of(role)?, expires_at))
}
