//! Deletes a group or project with everything below it. Ledger and audit log keep what was done there, flags
//! the numbers of what is gone.

use super::{
    App, UseCaseError,
    flows::clear_settings::clear_settings,
    people::{
        group_editor::{GroupEditor, claim, kind_for},
        group_error::GroupError,
    },
    retry::until_first,
};
use crate::domain::{
    audit::AuditKind,
    flows::consent::LedgerAction,
    namespace::{Named, Namespace},
};

/// `typed` is the path once more. Returns what was deleted.
///
/// # Errors
/// Besides errors of access: what was typed is not the path.
pub async fn delete_group(
    app: &App,
    editor: &GroupEditor,
    named: impl Into<Named>,
    typed: &str,
) -> Result<Namespace, UseCaseError> {
    let named = named.into();
    until_first(app, || try_once(app, editor, &named, typed)).await
}

async fn try_once(
    app: &App,
    editor: &GroupEditor,
    named: &Named,
    typed: &str,
) -> Result<Namespace, UseCaseError> {
    let mut uow = app.storage.begin().await?;
    let target = editor.editable(app, &mut uow, named).await?;
    editor.is_fresh(app)?;
    let namespace = &target.namespace;
    if !typed.trim().eq_ignore_ascii_case(namespace.path.as_str()) {
        return Err(GroupError::NotConfirmed(namespace.path.clone()).into());
    }
    claim(&mut uow, &[&target]).await?;
    let withdrawn = namespace.is_top_level()
        && clear_settings(app, &mut uow, editor, (namespace, target.held), "The group was deleted.").await?;
    let extent = uow.namespaces().extent(&namespace.path).await?;
    uow.namespaces().delete(namespace).await?;
    let kind = kind_for(namespace, AuditKind::GroupDestroyed, AuditKind::ProjectDestroyed);
    editor.record(app, &mut uow, namespace, kind, (&extent.words(), ""), None);
    uow.commit().await?;
    if withdrawn {
        app.tally.consent(LedgerAction::Withdrawn);
    }
    Ok(target.namespace)
}
