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
    #[error("Somebody else changed {} meanwhile. Nothing was changed: see what it is now, and try again.", .0.name())]
    Overtaken(Setting),
}

impl Explained for SettingError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Locked { .. } | Self::NotHere(_) => ErrorKind::Invalid,
            Self::Overtaken(_) => ErrorKind::Conflict,
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::Locked { setting, .. } | Self::NotHere(setting) | Self::Overtaken(setting) => {
                Some(setting.key())
            }
        }
    }
}
