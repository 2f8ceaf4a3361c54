//! Shows the settings that count in a place, and where each comes from.

use crate::{
    domain::{
        access::Action,
        namespace::{GroupPath, Namespace, NamespaceKind},
        settings::{
            inheritance::{Effective, EffectiveSettings},
            setting::{Setting, SettingPlace},
        },
    },
    storage::{LastChange, StorageError, StoredSetting, UnitOfWork, effective_settings, with_effect},
    usecases::{
        App, Caller, UseCaseError, load,
        people::group_frame::{GroupFrame, may},
    },
};

/// The settings of a place.
#[derive(Clone, Debug)]
pub struct ShownSettings {
    /// `None` for the instance.
    pub frame: Option<GroupFrame>,
    /// Those that a place of this kind can have.
    pub settings: Vec<ShownSetting>,
    pub may_change: bool,
    /// What is archived: the namespace itself, or a group above it.
    pub archived: Option<GroupPath>,
    /// What is set below and counts there, in tree order.
    pub below: Vec<SetBelow>,
}

/// A value of its own that a namespace below has.
#[derive(Clone, Debug)]
pub struct SetBelow {
    pub path: GroupPath,
    pub setting: Setting,
    pub now: Effective<SettingPlace>,
}

/// A setting in a place.
#[derive(Clone, Debug)]
pub struct ShownSetting {
    pub setting: Setting,
    /// What counts.
    pub now: Effective<SettingPlace>,
    /// What would count without a value of its own.
    pub inherited: Effective<SettingPlace>,
    /// Whether the place has a value of its own that counts.
    pub is_own: bool,
    /// Whether something above locks it.
    pub is_locked: bool,
    /// The setting that is off and leaves it without effect.
    pub overruled_by: Option<Setting>,
    /// Of the value of the place itself; 0 while it never had one.
    pub version: i64,
    /// Who set the value that counts; `None` when nobody did.
    pub changed: Option<LastChange>,
}

impl ShownSettings {
    /// The namespace of a place above, for a link; `None` for the instance.
    pub fn namespace(&self, place: SettingPlace) -> Option<&Namespace> {
        let SettingPlace::Namespace(id) = place else { return None };
        self.frame.as_ref()?.ancestors.iter().find(|it| it.id == id)
    }
}

/// `path` is `None` for the instance.
///
/// # Errors
/// There is no such group or project, or the caller may not read its settings.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn show_settings(
    app: &App,
    caller: &Caller,
    path: Option<&GroupPath>,
) -> Result<ShownSettings, UseCaseError> {
    let mut uow = app.storage.read().await?;
    let Some(path) = path else {
        load::administrator(caller)?;
        let stored = uow.inherited_settings().of_instance().await?;
        let settings = shown(SettingPlace::Instance, &stored, Setting::ALL);
        let below = set_below(&mut uow, None).await?;
        return Ok(ShownSettings { frame: None, settings, may_change: true, archived: None, below });
    };
    let loaded = load::namespace(&mut uow, caller, path, Action::ReadSettings, app.now()).await?;
    of_namespace(&mut uow, caller, loaded).await
}

async fn of_namespace(
    uow: &mut UnitOfWork,
    caller: &Caller,
    loaded: load::Loaded,
) -> Result<ShownSettings, UseCaseError> {
    let namespace = loaded.namespace;
    let stored = uow.inherited_settings().path(namespace.id).await?;
    let may = may(caller, loaded.standing);
    let below = set_below(uow, Some(&namespace)).await?;
    let here = Setting::ALL.into_iter().filter(|it| it.applies_to(namespace.kind, namespace.is_top_level()));
    Ok(ShownSettings {
        settings: shown(SettingPlace::Namespace(namespace.id), &stored, here),
        may_change: match namespace.kind {
            NamespaceKind::Group => may.change_settings,
            NamespaceKind::Project => may.change_project_settings,
        },
        archived: uow.namespaces().archived(namespace.id).await?,
        below,
        frame: Some(GroupFrame {
            ancestors: uow.namespaces().ancestors(namespace.id).await?,
            may,
            namespace,
        }),
    })
}

/// What is set below the namespace, or below the instance when `None`, and counts there.
pub(super) async fn set_below(
    uow: &mut UnitOfWork,
    namespace: Option<&Namespace>,
) -> Result<Vec<SetBelow>, StorageError> {
    let mut settings = uow.inherited_settings();
    let (path, subtree) = match namespace {
        Some(it) => (settings.path(it.id).await?, settings.subtree(&it.path).await?),
        None => (settings.of_instance().await?, settings.everywhere().await?),
    };
    let here = namespace.map(|it| SettingPlace::Namespace(it.id));
    let counts = with_effect(&path, subtree).into_iter().filter(|(it, now)| {
        let place = Some(it.stored.place);
        place != here && now.origin == place
    });
    Ok(counts.map(|(it, now)| SetBelow { path: it.path, setting: it.stored.setting, now }).collect())
}

fn shown(
    place: SettingPlace,
    path: &[StoredSetting],
    settings: impl IntoIterator<Item = Setting>,
) -> Vec<ShownSetting> {
    let effective = effective_settings(path);
    let above: Vec<_> = path.iter().filter(|it| it.place != place).cloned().collect();
    let inherited: EffectiveSettings = effective_settings(&above);
    let one = |setting: Setting| {
        let now = effective.get(setting);
        let at = |place| path.iter().find(|it| it.place == place && it.setting == setting);
        ShownSetting {
            setting,
            now,
            inherited: inherited.get(setting),
            is_own: now.origin == Some(place),
            is_locked: now.locked_for(place).is_some(),
            overruled_by: effective.overruled_by(setting),
            version: at(place).map_or(0, |it| it.version),
            changed: now.origin.and_then(at).map(|it| it.changed.clone()),
        }
    };
    settings.into_iter().map(one).collect()
}
