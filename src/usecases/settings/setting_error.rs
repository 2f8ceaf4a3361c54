//! Errors of changes of inherited settings.

use crate::{
    domain::{error_kind::ErrorKind, settings::setting::Setting},
    usecases::Explained,
};

/// Why nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingError {
    #[error("{} is locked by {by}, so it cannot differ here.", .setting.name())]
    Locked { setting: Setting, by: String },
    #[error("{} is set for the instance or in a top-level group only.", .0.name())]
    NotHere(Setting),
    /// Nobody confirmed it; how many values.
    #[error("{count} values of {} that are set below would be dropped. Confirm it first.", .setting.name())]
    DropsBelow { setting: Setting, count: usize },
    /// Who changed it, and what it is in the place now.
    #[error("{by} changed {} first: it is '{now}' now. Nothing was saved.", .setting.name())]
    Overtaken { setting: Setting, by: String, now: String },
}

impl Explained for SettingError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Locked { .. } | Self::NotHere(_) => ErrorKind::Invalid,
            Self::DropsBelow { .. } | Self::Overtaken { .. } => ErrorKind::Conflict,
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::Locked { setting, .. }
            | Self::NotHere(setting)
            | Self::DropsBelow { setting, .. }
            | Self::Overtaken { setting, .. } => Some(setting.key()),
        }
    }
}
