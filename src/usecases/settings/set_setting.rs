//! Sets one setting of the instance, a group or a project, from a form.

use super::{
    change_settings::{LockedSetting, Wanted, write},
    setting_error::SettingError,
};
use crate::{
    domain::{
        access::Action,
        namespace::{GroupPath, NamespaceKind},
        settings::setting::{Setting, SettingPlace},
    },
    storage::{StorageError, UnitOfWork},
    usecases::{
        App, Caller, UseCaseError, What, fresh_sign_in::require_fresh, load, people::archived::require_active,
    },
};

/// What a form sends.
#[derive(Clone, Debug)]
pub struct SetSetting {
    /// `None` for the instance.
    pub path: Option<GroupPath>,
    pub setting: Setting,
    pub wanted: Wanted,
    /// The version of the value of the place itself that the form showed; 0 when there was none.
    pub seen: i64,
}

/// Idempotent.
///
/// # Errors
/// Besides errors of access: something above locks it; a place of this kind has no such setting; it was
/// changed since the form was shown; it is archived.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn set_setting(app: &App, caller: &Caller, command: &SetSetting) -> Result<(), UseCaseError> {
    let setting = command.setting;
    let mut uow = app.storage.begin().await?;
    let namespace = match &command.path {
        None => {
            load::administrator(caller)?;
            require_fresh(app, caller)?;
            None
        }
        Some(path) => {
            let found = uow.namespaces().find_by_path(path).await?;
            let found = found.ok_or(UseCaseError::NotFound(What::GroupOrProject))?;
            let action = match found.kind {
                NamespaceKind::Group => Action::ChangeSettings,
                NamespaceKind::Project => Action::ChangeProjectSettings,
            };
            let namespace = load::namespace(&mut uow, caller, path, action, app.now()).await?.namespace;
            require_active(&mut uow, namespace.id).await?;
            if !setting.applies_to(namespace.kind, namespace.is_top_level()) {
                return Err(SettingError::NotHere(setting).into());
            }
            Some(namespace)
        }
    };
    let place = namespace.as_ref().map_or(SettingPlace::Instance, |it| SettingPlace::Namespace(it.id));
    let written = write(app, &mut uow, caller, namespace.as_ref(), [(setting, command.wanted)]).await?;
    if let Some(LockedSetting { by, .. }) = written.locked.first() {
        let by = name(&mut uow, *by).await?;
        return Err(SettingError::Locked { setting, by }.into());
    }
    if !written.changed {
        return Ok(());
    }
    if version(&mut uow, place, setting).await? != command.seen + 1 {
        return Err(SettingError::Overtaken(setting).into());
    }
    uow.commit().await?;
    Ok(())
}

/// The version of what is set in the place itself.
async fn version(uow: &mut UnitOfWork, place: SettingPlace, setting: Setting) -> Result<i64, StorageError> {
    let stored = match place {
        SettingPlace::Instance => uow.inherited_settings().of_instance().await?,
        SettingPlace::Namespace(id) => uow.inherited_settings().path(id).await?,
    };
    let own = stored.iter().find(|it| it.place == place && it.setting == setting);
    Ok(own.map_or(0, |it| it.version))
}

async fn name(uow: &mut UnitOfWork, place: SettingPlace) -> Result<String, StorageError> {
    Ok(match place {
        SettingPlace::Instance => String::from("the instance"),
        SettingPlace::Namespace(id) => {
            uow.namespaces().lookup(id).await?.map_or_else(String::new, |it| it.path.to_string())
        }
    })
}
