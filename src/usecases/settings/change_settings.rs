//! Changes what the instance, a group or a project sets for itself and for what is below.

use crate::{
    domain::{
        audit::AuditKind,
        namespace::Namespace,
        settings::{
            availability::DuoAvailability,
            inheritance::Own,
            setting::{Setting, SettingPlace},
        },
    },
    storage::{LastChange, StorageError, StoredSetting, UnitOfWork, effective_settings},
    usecases::{
        App, Caller,
        audit_trail::{Happened, record},
    },
};

/// What a setting is to be in a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// As it is above.
    Inherited {
        /// Whether everything below inherits it as well.
        cascade: bool,
    },
    Own {
        on: bool,
        /// Whether nothing below may differ. What was set below until now does not count any more.
        locked: bool,
        /// Whether everything below takes the value over; it may be set there again.
        cascade: bool,
    },
}

impl Wanted {
    /// Whether values that are set below would not count any more.
    pub const fn drops(self) -> bool {
        matches!(
            self,
            Self::Inherited { cascade: true }
                | Self::Own { locked: true, .. }
                | Self::Own { cascade: true, .. }
        )
    }

    /// GitLab's `true` and `false`: off is for everything below, on is not.
    pub const fn as_gitlab_means(on: bool) -> Self {
        Self::Own { on, locked: !on, cascade: false }
    }
}

impl From<DuoAvailability> for Wanted {
    fn from(availability: DuoAvailability) -> Self {
        Self::Own { on: availability.is_on(), locked: availability.is_locked(), cascade: false }
    }
}

/// A setting that is locked above, and stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LockedSetting {
    pub setting: Setting,
    pub by: SettingPlace,
}

/// What became of changes.
#[derive(Debug, Default)]
pub(in crate::usecases) struct Written {
    /// What was set in the place before, for each that changed.
    pub changed: Vec<Option<StoredSetting>>,
    pub locked: Vec<LockedSetting>,
}

/// Writes the settings that differ, with an event for each. `namespace` is `None` for the instance.
///
/// # Errors
/// [`StorageError::Stale`] when the namespace was moved since it was read.
pub(in crate::usecases) async fn write(
    app: &App,
    uow: &mut UnitOfWork,
    caller: &Caller,
    namespace: Option<&Namespace>,
    changes: impl IntoIterator<Item = (Setting, Wanted)>,
) -> Result<Written, StorageError> {
    let mut written = Written::default();
    let mut changes = changes.into_iter().peekable();
    if changes.peek().is_none() {
        return Ok(written);
    }
    // Before anything is read: from here on, nobody else changes a setting.
    let number = uow.inherited_settings().next_number().await?;
    if let Some(namespace) = namespace
        && uow.namespaces().lookup(namespace.id).await?.as_ref() != Some(namespace)
    {
        return Err(StorageError::Stale);
    }
    let place = namespace.map_or(SettingPlace::Instance, |it| SettingPlace::Namespace(it.id));
    let path = match namespace {
        Some(namespace) => uow.inherited_settings().path(namespace.id).await?,
        None => uow.inherited_settings().of_instance().await?,
    };
    let effective = effective_settings(&path);
    for (setting, wanted) in changes {
        let before = effective.get(setting);
        if let Some(by) = before.locked_for(place) {
            written.locked.push(LockedSetting { setting, by });
            continue;
        }
        let stored = path.iter().find(|it| it.place == place && it.setting == setting);
        let counts = before.origin == Some(place);
        let before = Value { on: before.on, locked: before.locked_by == Some(place), is_own: counts };
        let Some((own, after)) = next(setting, number, stored, before, wanted, &path) else { continue };
        let actor = caller.audit_actor();
        let change = LastChange { at: app.now(), by_username: actor.username, by_name: actor.name };
        let seen = stored.map_or(0, |it| it.version);
        uow.inherited_settings().save(place, setting, own, &change, seen).await?;
        let happened = Happened {
            namespace,
            from: before.words(setting),
            to: after,
            ..Happened::to(kind(setting), namespace.map_or("the instance", |it| it.path.as_str()))
        };
        record(app, uow, caller, happened);
        written.changed.push(stored.cloned());
    }
    Ok(written)
}

/// What counts in a place.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Value {
    on: bool,
    locked: bool,
    /// Whether it is set there.
    is_own: bool,
}

impl Value {
    /// For people.
    fn words(self, setting: Setting) -> String {
        let words = match setting {
            Setting::DuoAvailability => DuoAvailability::of(self.on, self.locked).name(),
            _ => match (self.on, self.locked) {
                (true, false) => "on",
                (true, true) => "on, locked",
                (false, false) => "off",
                (false, true) => "off, locked",
            },
        };
        if self.is_own { words.to_owned() } else { format!("{words}, inherited") }
    }
}

/// Of a cascade, in the audit log.
const BELOW: &str = ", for everything below";

/// A value that is set somewhere, in the words of the audit log.
pub(in crate::usecases) fn words(setting: Setting, on: bool, locked: bool) -> String {
    Value { on, locked, is_own: true }.words(setting)
}

/// What to store, and the words for it; `None` when nothing changes.
fn next(
    setting: Setting,
    number: i64,
    stored: Option<&StoredSetting>,
    before: Value,
    wanted: Wanted,
    path: &[StoredSetting],
) -> Option<(Own, String)> {
    let resets = stored.map_or(0, |it| it.own.resets);
    match wanted {
        Wanted::Inherited { cascade } => {
            if !before.is_own && !cascade {
                return None;
            }
            let above = path.iter().filter(|it| Some(it.place) != stored.map(|it| it.place));
            let on = effective_settings(&above.cloned().collect::<Vec<_>>()).get(setting).on;
            let resets = if cascade { number } else { resets };
            let own = Own { on: None, locked: false, number, resets };
            let words = Value { on, locked: false, is_own: false }.words(setting);
            Some((own, if cascade { words + BELOW } else { words }))
        }
        Wanted::Own { on, locked, cascade } => {
            let after = Value { on, locked, is_own: true };
            if after == before && !cascade {
                return None;
            }
            let cascades = cascade || (locked && !before.locked);
            let own = Own { on: Some(on), locked, number, resets: if cascades { number } else { resets } };
            let words = after.words(setting);
            Some((own, if cascade && !locked { words + BELOW } else { words }))
        }
    }
}

/// The kind of event that tells of a change.
pub(in crate::usecases) const fn kind(setting: Setting) -> AuditKind {
    match setting {
        Setting::DuoAvailability => AuditKind::DuoAvailabilityUpdated,
        Setting::AgentPlatform => AuditKind::AgentPlatformUpdated,
        Setting::FlowExecution => AuditKind::FlowExecutionUpdated,
        Setting::FoundationalFlows => AuditKind::FoundationalFlowsUpdated,
        Setting::AutoReview => AuditKind::AutoReviewUpdated,
        Setting::ExperimentFeatures => AuditKind::ExperimentFeaturesUpdated,
    }
}
