//! Sets one setting of the instance, a group or a project, from a form.

use super::{
    change_settings::{LockedSetting, Wanted, words, write},
    setting_error::SettingError,
    show_settings::set_below,
};
use crate::{
    domain::{
        access::{Action, HeldRole},
        namespace::{GroupPath, Namespace, NamespaceKind},
        settings::setting::{Setting, SettingPlace},
    },
    storage::{StorageError, StoredSetting, UnitOfWork},
    usecases::{
        App, Caller, UseCaseError, What, fresh_sign_in::require_fresh, load,
        people::archived::require_active, retry::until_first,
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
    /// Whether it was confirmed that values which are set below are dropped.
    pub confirmed: bool,
}

/// Idempotent.
///
/// # Errors
/// Besides errors of access: something above locks it; a place of this kind has no such setting; it was
/// changed since the form was shown; it is archived; values below would be dropped, which nobody confirmed.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn set_setting(app: &App, caller: &Caller, command: &SetSetting) -> Result<(), UseCaseError> {
    until_first(app, || try_once(app, caller, command)).await
}

async fn try_once(app: &App, caller: &Caller, command: &SetSetting) -> Result<(), UseCaseError> {
    let setting = command.setting;
    let mut uow = app.storage.begin().await?;
    let namespace = if let Some(path) = &command.path {
        Some(changeable(app, &mut uow, caller, path, setting).await?)
    } else {
        load::administrator(caller)?;
        require_fresh(app, caller)?;
        None
    };
    // Read before the write, of which none would be left.
    let dropped = if command.wanted.drops() && !command.confirmed {
        let below = set_below(&mut uow, namespace.as_ref()).await?;
        below.iter().filter(|it| it.setting == setting).count()
    } else {
        0
    };
    let written = write(app, &mut uow, caller, namespace.as_ref(), [(setting, command.wanted)]).await?;
    if let Some(LockedSetting { by, .. }) = written.locked.first() {
        let by = name(&mut uow, *by).await?;
        return Err(SettingError::Locked { setting, by }.into());
    }
    let Some(before) = written.changed.first() else { return Ok(()) };
    // First of all: whoever is asked about what is below would be shown the newer value, and confirm over it.
    if before.as_ref().map_or(0, |it| it.version) != command.seen {
        return Err(overtaken(setting, before.as_ref()).into());
    }
    if dropped > 0 {
        return Err(SettingError::DropsBelow { setting, count: dropped }.into());
    }
    uow.commit().await?;
    Ok(())
}

/// The group or project at `path`, where the caller may change the setting.
async fn changeable(
    app: &App,
    uow: &mut UnitOfWork,
    caller: &Caller,
    path: &GroupPath,
    setting: Setting,
) -> Result<Namespace, UseCaseError> {
    let found = uow.namespaces().find_by_path(path).await?;
    let found = found.ok_or(UseCaseError::NotFound(What::GroupOrProject))?;
    let action = match found.kind {
        NamespaceKind::Group => Action::ChangeSettings,
        NamespaceKind::Project => Action::ChangeProjectSettings,
    };
    let loaded = load::namespace(uow, caller, path, action, app.now()).await?;
    if loaded.held == HeldRole::Administrator {
        require_fresh(app, caller)?;
    }
    let namespace = loaded.namespace;
    require_active(uow, namespace.id).await?;
    if setting.applies_to(namespace.kind, namespace.is_top_level()) {
        Ok(namespace)
    } else {
        Err(SettingError::NotHere(setting).into())
    }
}

fn overtaken(setting: Setting, before: Option<&StoredSetting>) -> SettingError {
    let by = before.map_or_else(|| String::from("Somebody"), |it| it.changed.by_name.clone());
    let now = before.and_then(|it| Some(words(setting, it.own.on?, it.own.locked)));
    SettingError::Overtaken { setting, by, now: now.unwrap_or_else(|| String::from("inherited")) }
}

async fn name(uow: &mut UnitOfWork, place: SettingPlace) -> Result<String, StorageError> {
    Ok(match place {
        SettingPlace::Instance => String::from("the instance"),
        SettingPlace::Namespace(id) => {
            uow.namespaces().lookup(id).await?.map_or_else(String::new, |it| it.path.to_string())
        }
    })
}
