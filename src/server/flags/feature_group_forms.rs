//! Forms of feature groups and their members.

use axum::response::Response;
use serde::Deserialize;

use crate::{
    actions::{error::ActionError, flags::feature_groups::SUBJECT, flash::Outcome, form_answer::Next},
    domain::{
        flags::{Target, check_flag_name},
        paths,
    },
    server::forms::{ByUser, Form, Posted},
    usecases::{
        FlagEditor, UseCaseError,
        flags::{change_member::change_member, create_feature_group::create_feature_group},
    },
};

#[derive(Deserialize)]
pub(super) struct NewGroup {
    #[serde(default)]
    name: String,
}

/// Creates an empty group.
pub(super) async fn create(Form { posted, fields }: Form<NewGroup>) -> Result<Response, Response> {
    let name = fields.name.trim();
    let filled_in = paths::feature_groups_with(name);
    let by = posted.signed_in(&filled_in).await?;
    let created = match FlagEditor::at_page(by.app(), by.caller()) {
        Ok(editor) => create_feature_group(by.app(), &editor, name).await,
        Err(error) => Err(error),
    };
    let next = |result: Result<&(), &ActionError>| match result {
        Ok(()) => Next::Page(paths::feature_group(name), Outcome::FeatureGroupCreated),
        Err(error) => Next::Page(filled_in, Outcome::Failed(error.clone())),
    };
    Ok(by.answer(SUBJECT, created, next).await)
}

#[derive(Deserialize)]
pub(super) struct Member {
    group: String,
    kind: String,
    #[serde(default)]
    name: String,
}

/// Adds a user, a group or a project, by name.
pub(super) async fn add(Form { posted, fields }: Form<Member>) -> Result<Response, Response> {
    let posted = of_a_group(posted, &fields.group).await?;
    let filled_in = paths::feature_group_with(&fields.group, &fields.kind, &fields.name);
    let by = posted.signed_in(&filled_in).await?;
    let added = change(&by, &fields, true).await;
    let next = |result: Result<&String, &ActionError>| match result {
        Ok(member) => {
            Next::Page(paths::feature_group(&fields.group), Outcome::MemberAdded { member: member.clone() })
        }
        Err(error) => Next::Page(filled_in, Outcome::Failed(error.clone())),
    };
    Ok(by.answer(SUBJECT, added, next).await)
}

/// Removes a member. A deleted actor is named by its id.
pub(super) async fn remove(Form { posted, fields }: Form<Member>) -> Result<Response, Response> {
    let posted = of_a_group(posted, &fields.group).await?;
    let page = paths::feature_group(&fields.group);
    let by = posted.signed_in(&page).await?;
    let removed = change(&by, &fields, false).await;
    let done = |member: &String| Outcome::MemberRemoved { member: member.clone() };
    Ok(by.answer_on(&page, SUBJECT, removed, done).await)
}

/// Returns the actor's name for the message.
async fn change(
    by: &ByUser,
    Member { group, kind, name }: &Member,
    is_in: bool,
) -> Result<String, UseCaseError> {
    let editor = FlagEditor::at_page(by.app(), by.caller())?;
    let member =
        Target::read(kind, name).map_err(|error| UseCaseError::invalid(error.field, error.message))?;
    change_member(by.app(), &editor, group, &member, is_in).await?;
    Ok(member.words())
}

/// Refuses an invalid group name, which could not be part of a URL.
async fn of_a_group(posted: Posted, group: &str) -> Result<Posted, Response> {
    match check_flag_name(group) {
        Ok(_) => Ok(posted),
        Err(_) => Err(posted.refused(ActionError::NotFound).await),
    }
}
