//! Why a command was not done, and with which exit code it ends.

use std::{io, process::ExitCode};

use super::output::say;
use crate::{
    server::{ServeError, config::ConfigErrors},
    storage::StorageError,
    usecases::UseCaseError,
};

/// The exit code of a command that was not understood, as of what clap refuses. Whatever a use case refuses
/// was understood: its code is its kind's.
const USAGE: u8 = 2;

/// Why a command was not done.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// It was understood, and refused or failed: exit code 1.
    #[error("{0}")]
    Refused(String),
    /// The flags do not go together: exit code 2.
    #[error("{0}")]
    Usage(String),
    /// The configuration is wrong: exit code 2.
    #[error(transparent)]
    Configuration(#[from] ConfigErrors),
    /// The output could not be written. That nobody reads on is no failure: `| head` is done.
    #[error("Cannot write the output: {0}")]
    Output(#[from] io::Error),
}

impl Failure {
    pub(super) fn refused(message: impl Into<String>) -> Self {
        Self::Refused(message.into())
    }

    /// Says it on stderr; the exit code.
    pub(super) fn report(&self) -> ExitCode {
        match self {
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => return ExitCode::SUCCESS,
            _ => say(format_args!("error: {self}")),
        }
        match self {
            Self::Usage(_) | Self::Configuration(_) => ExitCode::from(USAGE),
            Self::Refused(_) | Self::Output(_) => ExitCode::FAILURE,
        }
    }
}

impl From<UseCaseError> for Failure {
    fn from(error: UseCaseError) -> Self {
        match error {
            UseCaseError::Storage(error) => error.into(),
            error if error.kind().exit_code() == USAGE => Self::Usage(error.to_string()),
            error => Self::Refused(error.to_string()),
        }
    }
}

impl From<StorageError> for Failure {
    fn from(error: StorageError) -> Self {
        Self::Refused(format!("It was not done: {error}."))
    }
}

impl From<ServeError> for Failure {
    fn from(error: ServeError) -> Self {
        Self::Refused(error.to_string())
    }
}
