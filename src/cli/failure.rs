//! Why a command failed, and its exit code.

use std::{io, process::ExitCode};

use super::output::say;
use crate::{
    server::{ServeError, config::ConfigErrors},
    storage::StorageError,
    usecases::UseCaseError,
};

/// The exit code of wrong usage, as of clap's errors. Errors of use cases have the exit code of their kind.
const USAGE: u8 = 2;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Valid, but refused or failed: exit code 1.
    #[error("{0}")]
    Refused(String),
    /// An invalid combination of flags: exit code 2.
    #[error("{0}")]
    Usage(String),
    /// An invalid configuration: exit code 2.
    #[error(transparent)]
    Configuration(#[from] ConfigErrors),
    /// The output could not be written. A closed pipe is not an error: `| head` is fine.
    #[error("Cannot write the output: {0}")]
    Output(#[from] io::Error),
}

impl Failure {
    pub(super) fn refused(message: impl Into<String>) -> Self {
        Self::Refused(message.into())
    }

    /// Prints the error to stderr; returns the exit code.
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
