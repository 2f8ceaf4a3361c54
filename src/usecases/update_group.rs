//! Changes a group for programs: name, path, description and GitLab Duo settings in one request, all of it
//! or nothing.

use super::{
    App, Caller, UseCaseError,
    flows::{
        set_duo_settings::{DuoSettingsChange, Settled, after, set_duo_settings},
        show_duo_settings::{GroupWithSettings, with_settings},
    },
    people::{
        edit_group::{EditGroup, edit_in},
        group_editor::GroupEditor,
    },
    retry::until_first,
};
use crate::domain::{
    namespace::{GroupPath, IdOrPath, Named, Namespace},
    settings::setting::Setting,
};

/// What to change; `None` leaves it as it is.
#[derive(Clone, Debug, Default)]
pub struct UpdateGroup {
    pub edit: Option<EditGroup>,
    /// Needs another scope than the fields above.
    pub settings: Option<DuoSettingsChange>,
}

/// What became of a change.
#[derive(Debug)]
pub struct GroupUpdated {
    /// The top-level group that has the flows and the consent, where the group that was named has none of its
    /// own: then these were not changed.
    pub set_in: Option<Namespace>,
    /// What is locked above, and by which group, `None` for the instance: it stays as it is.
    pub locked: Vec<(Setting, Option<GroupPath>)>,
    /// Whether a consent was asked for that nothing needs: Code Review stays off.
    pub needless_consent: bool,
    /// The group afterwards.
    pub shown: GroupWithSettings,
}

/// # Errors
/// As [`edit_group`](super::people::edit_group) and [`set_duo_settings`]; then nothing was changed.
pub async fn update_group(
    app: &App,
    caller: &Caller,
    group: &Named,
    update: &UpdateGroup,
) -> Result<GroupUpdated, UseCaseError> {
    until_first(app, || try_once(app, caller, group, update)).await
}

async fn try_once(
    app: &App,
    caller: &Caller,
    group: &Named,
    update: &UpdateGroup,
) -> Result<GroupUpdated, UseCaseError> {
    let mut uow = app.storage.begin().await?;
    let edited = match &update.edit {
        None => None,
        Some(edit) => Some(edit_in(app, &mut uow, &GroupEditor::caller(caller), group, edit).await?),
    };
    if let (Some(edited), None) = (&edited, &update.settings) {
        let shown = with_settings(app, &mut uow, caller, &edited.namespace).await?;
        if edited.changed {
            uow.commit().await?;
        }
        return Ok(GroupUpdated { set_in: None, locked: Vec::new(), needless_consent: false, shown });
    }
    // Its path may be another now.
    let by = edited.as_ref().map_or_else(|| group.by.clone(), |it| IdOrPath::Id(it.namespace.id));
    let group = Named { by, kind: group.kind };
    // Whoever changes nothing has to be somebody who could.
    let nothing = DuoSettingsChange::default();
    let change = update.settings.as_ref().unwrap_or(&nothing);
    let mut settled = set_duo_settings(app, &mut uow, caller, &group, change).await?;
    let shown = after(app, &mut uow, caller, &settled.group).await?;
    if settled.changed || edited.is_some_and(|it| it.changed) {
        uow.commit().await?;
    }
    for action in std::mem::take(&mut settled.ledger) {
        app.tally.consent(action);
    }
    let Settled { set_in, locked, needless_consent, .. } = settled;
    Ok(GroupUpdated { set_in, locked, needless_consent, shown })
}
