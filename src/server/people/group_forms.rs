//! Forms that create, edit, archive, move and delete groups and projects.

use axum::response::Response;
use serde::Deserialize;

use crate::{
    actions::{
        error::ActionError,
        flash::Outcome,
        form_answer::Next,
        people::groups::{DELETE_SUBJECT, MOVE_SUBJECT, SUBJECT},
    },
    domain::{
        field_edit::FieldEdit,
        namespace::{GroupPath, NamespaceKind, Subscription, Tier},
        paths::{self, GroupPage, with_fields},
    },
    server::forms::Form,
    usecases::{
        UseCaseError,
        delete_group::delete_group,
        move_group::move_group,
        people::{
            archive_group::archive_group,
            create_group::{Below, CreateGroup, create_group},
            edit_group::{EditGroup, edit_group},
            group_editor::GroupEditor,
        },
    },
};

#[derive(Deserialize)]
pub(super) struct NewGroup {
    /// The full path of the group in which it is made; empty for a top-level group.
    #[serde(default)]
    parent: String,
    #[serde(default = "a_group")]
    kind: NamespaceKind,
    #[serde(default)]
    name: String,
    #[serde(default)]
    path: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    tier: Option<Tier>,
    #[serde(default)]
    duo_enterprise: bool,
    #[serde(default)]
    owner: String,
}

const fn a_group() -> NamespaceKind {
    NamespaceKind::Group
}

impl NewGroup {
    /// The form as entered.
    fn again(&self) -> String {
        let duo_enterprise = if self.duo_enterprise { "true" } else { "" };
        with_fields(
            paths::NEW_GROUP,
            &[
                ("parent", &self.parent),
                ("kind", self.kind.key()),
                ("name", &self.name),
                ("path", &self.path),
                ("tier", self.tier.map_or("", Tier::key)),
                ("duo_enterprise", duo_enterprise),
                ("owner", &self.owner),
                ("description", &self.description),
            ],
        )
    }

    fn command(&self) -> Result<CreateGroup, UseCaseError> {
        let below = match self.parent.trim() {
            "" => Below::Nothing {
                subscription: Subscription {
                    tier: self.tier.unwrap_or(Tier::Premium),
                    duo_enterprise: self.duo_enterprise,
                },
                owner: Some(self.owner.trim().to_owned()).filter(|it| !it.is_empty()),
            },
            parent => Below::Group { parent: path_in("parent", parent)?, kind: self.kind },
        };
        Ok(CreateGroup {
            below,
            name: self.name.clone(),
            path: self.path.clone(),
            description: lines(&self.description),
        })
    }
}

pub(super) async fn create(Form { posted, fields }: Form<NewGroup>) -> Result<Response, Response> {
    let again = fields.again();
    let by = posted.signed_in(&again).await?;
    let made = match fields.command() {
        Ok(command) => create_group(by.app(), &GroupEditor::caller(by.caller()), &command).await,
        Err(error) => Err(error),
    };
    let (is_top_level, has_owner) = (fields.parent.trim().is_empty(), !fields.owner.trim().is_empty());
    let next = |result: Result<&GroupPath, &ActionError>| match result {
        Ok(path) => {
            Next::Page(GroupPage::Overview.path(path), Outcome::GroupCreated { is_top_level, has_owner })
        }
        Err(error) => Next::Page(again, Outcome::Failed(error.clone())),
    };
    Ok(by.answer(SUBJECT, made.map(|it| it.path), next).await)
}

/// Each field with its value when the form was shown.
#[derive(Deserialize)]
pub(super) struct Edit {
    group: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    seen_name: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    seen_description: String,
    #[serde(default)]
    path: String,
    #[serde(default)]
    seen_path: String,
    #[serde(default)]
    tier: Option<Tier>,
    #[serde(default)]
    seen_tier: Option<Tier>,
    /// Absent where the box is not ticked.
    #[serde(default)]
    duo_enterprise: bool,
    /// Absent where the form has no subscription.
    #[serde(default)]
    seen_duo_enterprise: Option<bool>,
}

impl Edit {
    fn command(&self) -> EditGroup {
        let text = |seen: &str, to: &str| Some(FieldEdit { seen: Some(lines(seen)), to: lines(to) });
        EditGroup {
            name: text(&self.seen_name, &self.name),
            description: text(&self.seen_description, &self.description),
            path: text(&self.seen_path, &self.path),
            tier: self.tier.map(|to| FieldEdit { seen: self.seen_tier, to }),
            duo_enterprise: self
                .seen_duo_enterprise
                .map(|seen| FieldEdit { seen: Some(seen), to: self.duo_enterprise }),
        }
    }

    /// The page with what was entered, where it is not what was shown.
    fn again(&self, page: &str) -> String {
        let typed = |to: &str, seen: &str| if to == seen { String::new() } else { to.to_owned() };
        let tier = self.tier.filter(|to| Some(*to) != self.seen_tier);
        let duo = self.seen_duo_enterprise.filter(|seen| *seen != self.duo_enterprise);
        with_fields(
            page,
            &[
                ("name", &typed(&self.name, &self.seen_name)),
                ("path", &typed(&self.path, &self.seen_path)),
                ("tier", tier.map_or("", Tier::key)),
                ("duo_enterprise", duo.map_or("", |seen| if seen { "false" } else { "true" })),
                ("description", &typed(&self.description, &self.seen_description)),
            ],
        )
    }
}

pub(super) async fn edit(Form { posted, fields }: Form<Edit>) -> Result<Response, Response> {
    let (posted, group) = posted.with(GroupPath::parse(&fields.group)).await?;
    let page = GroupPage::Edit.path(&group);
    let again = fields.again(&page);
    let by = posted.signed_in(&again).await?;
    let edited = edit_group(by.app(), &GroupEditor::caller(by.caller()), &group, &fields.command()).await;
    let next = |result: Result<&GroupPath, &ActionError>| match result {
        Ok(path) => Next::Page(GroupPage::Edit.path(path), Outcome::Saved),
        Err(error) => Next::Page(again, Outcome::Failed(error.clone())),
    };
    Ok(by.answer(SUBJECT, edited.map(|it| it.path), next).await)
}

#[derive(Deserialize)]
pub(super) struct Archive {
    group: String,
    archived: bool,
}

pub(super) async fn archive(Form { posted, fields }: Form<Archive>) -> Result<Response, Response> {
    let (posted, group) = posted.with(GroupPath::parse(&fields.group)).await?;
    let page = GroupPage::Edit.path(&group);
    let by = posted.signed_in(&page).await?;
    let editor = GroupEditor::caller(by.caller());
    let done = archive_group(by.app(), &editor, &group, fields.archived).await.map(|it| it.path);
    let outcome = if fields.archived { Outcome::GroupArchived } else { Outcome::GroupUnarchived };
    Ok(by.answer_on(&page, SUBJECT, done, |_| outcome).await)
}

#[derive(Deserialize)]
pub(super) struct Move {
    group: String,
    /// The full path of the group to move it to; empty for the top level.
    #[serde(default)]
    to: String,
}

pub(super) async fn relocate(Form { posted, fields }: Form<Move>) -> Result<Response, Response> {
    let (posted, group) = posted.with(GroupPath::parse(&fields.group)).await?;
    let again = with_fields(&GroupPage::Edit.path(&group), &[("to", &fields.to)]);
    let by = posted.signed_in(&again).await?;
    let editor = GroupEditor::caller(by.caller());
    let to = match fields.to.trim() {
        "" => Ok(None),
        to => path_in("parent", to).map(Some),
    };
    let moved = match to {
        Ok(to) => move_group(by.app(), &editor, &group, to.as_ref()).await.map(|it| it.path),
        Err(error) => Err(error),
    };
    let next = |result: Result<&GroupPath, &ActionError>| match result {
        Ok(path) => Next::Page(GroupPage::Edit.path(path), Outcome::GroupMoved),
        Err(error) => Next::Page(format!("{again}#move"), Outcome::Failed(error.clone())),
    };
    Ok(by.answer(MOVE_SUBJECT, moved, next).await)
}

#[derive(Deserialize)]
pub(super) struct Delete {
    group: String,
    /// The full path, typed.
    #[serde(default)]
    confirmation: String,
}

pub(super) async fn delete(Form { posted, fields }: Form<Delete>) -> Result<Response, Response> {
    let (posted, group) = posted.with(GroupPath::parse(&fields.group)).await?;
    let again = with_fields(&GroupPage::Edit.path(&group), &[("confirm", "delete")]);
    let by = posted.signed_in(&again).await?;
    let editor = GroupEditor::caller(by.caller());
    let deleted = delete_group(by.app(), &editor, &group, &fields.confirmation).await.map(|it| it.path);
    let is_admin = by.caller().actor.is_admin;
    let next = |result: Result<&GroupPath, &ActionError>| match result {
        Ok(path) => {
            let above = match path.parent() {
                Some(parent) => GroupPage::Overview.path(&parent),
                None if is_admin => paths::ADMIN_GROUPS.to_owned(),
                None => paths::GROUPS.to_owned(),
            };
            Next::Page(above, Outcome::GroupDeleted { path: path.to_string() })
        }
        Err(error) => Next::Page(again, Outcome::Failed(error.clone())),
    };
    // Where it succeeded, the page of the group above says so.
    let subject = if deleted.is_ok() { SUBJECT } else { DELETE_SUBJECT };
    Ok(by.answer(subject, deleted, next).await)
}

fn path_in(field: &'static str, text: &str) -> Result<GroupPath, UseCaseError> {
    GroupPath::parse(text.trim_matches('/')).map_err(|error| UseCaseError::invalid(field, error))
}

/// Browsers end lines of a form with CR and LF.
fn lines(text: &str) -> String {
    text.replace("\r\n", "\n").trim().to_owned()
}
