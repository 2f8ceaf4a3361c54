//! Making feature groups, and saying who is in them.

use leptos::prelude::*;

use super::error::ActionError;

/// Where the form for a new one posts to.
pub const CREATE_ADDRESS: &str = "/actions/create_feature_group";
/// Where the form for a new member posts to.
pub const ADD_ADDRESS: &str = "/actions/add_group_member";
/// Where the buttons that remove a member post to.
pub const REMOVE_ADDRESS: &str = "/actions/remove_group_member";
/// What their flash is about.
pub const SUBJECT: &str = "feature_groups";

/// Makes a group with nobody in it.
#[server(prefix = "/actions", endpoint = "create_feature_group")]
pub async fn create_feature_group(#[server(default)] name: String) -> Result<(), ActionError> {
    use super::{
        flash::Outcome,
        support::{Next, call},
    };
    use crate::{
        domain::paths,
        usecases::{FlagEditor, create_feature_group::create_feature_group},
    };

    let name = name.trim();
    let filled_in = paths::feature_groups_with(name);
    let call = call(&filled_in)?;
    let created = async {
        let editor = FlagEditor::at_page(&call.app, &call.signed_in.caller)?;
        create_feature_group(&call.app, &editor, name).await
    };
    call.answer(SUBJECT, created.await, |result| match result {
        Ok(()) => Next::Page(paths::feature_group(name), Outcome::FeatureGroupCreated),
        Err(error) => Next::Page(filled_in, Outcome::Failed(error.clone())),
    })
}

/// Adds a user, a group or a project, by name.
#[server(prefix = "/actions", endpoint = "add_group_member")]
pub async fn add_group_member(
    group: String,
    kind: String,
    #[server(default)] name: String,
) -> Result<(), ActionError> {
    use super::{
        flash::Outcome,
        support::{Next, call},
    };
    use crate::domain::paths;

    asked(&group)?;
    let filled_in = paths::feature_group_with(&group, &kind, &name);
    let call = call(&filled_in)?;
    let added = change(&call, &group, &kind, &name, true).await;
    call.answer(SUBJECT, added, |result| match result {
        Ok(member) => {
            Next::Page(paths::feature_group(&group), Outcome::MemberAdded { member: member.clone() })
        }
        Err(error) => Next::Page(filled_in, Outcome::Failed(error.clone())),
    })
    .map(drop)
}

/// Removes a member. Whoever is gone is named by the actor id.
#[server(prefix = "/actions", endpoint = "remove_group_member")]
pub async fn remove_group_member(group: String, kind: String, name: String) -> Result<(), ActionError> {
    use super::{
        flash::Outcome,
        support::{Next, call},
    };
    use crate::domain::paths;

    asked(&group)?;
    let page = paths::feature_group(&group);
    let call = call(&page)?;
    let removed = change(&call, &group, &kind, &name, false).await;
    call.answer(SUBJECT, removed, |result| {
        let outcome = match result {
            Ok(member) => Outcome::MemberRemoved { member: member.clone() },
            Err(error) => Outcome::Failed(error.clone()),
        };
        Next::Page(page, outcome)
    })
    .map(drop)
}

/// Who it was, in words.
#[cfg(feature = "ssr")]
async fn change(
    call: &super::support::Call,
    group: &str,
    kind: &str,
    name: &str,
    is_in: bool,
) -> Result<String, crate::usecases::UseCaseError> {
    use crate::{
        domain::feature::Target,
        usecases::{FlagEditor, UseCaseError, change_member::change_member},
    };

    let editor = FlagEditor::at_page(&call.app, &call.signed_in.caller)?;
    let member =
        Target::read(kind, name).map_err(|error| UseCaseError::invalid(error.field, error.message))?;
    change_member(&call.app, &editor, group, &member, is_in).await?;
    Ok(member.words())
}

/// A group that cannot be is refused, so that its name can stand in an address.
#[cfg(feature = "ssr")]
fn asked(group: &str) -> Result<(), ActionError> {
    crate::domain::feature::check_flag_name(group)
        .map(drop)
        .map_err(|_| ActionError::NotFound)
        .inspect_err(super::support::set_status)
}
