//! Opens the database and builds the [`App`] and the caller of use cases.

use std::{sync::Arc, time::Duration};

use super::Failure;
use crate::{
    domain::{actor::Surface, environment::Environment},
    server::{
        config::{DatabaseConfig, DatabaseOptions},
        system::{SystemClock, SystemRandom},
    },
    storage::{Storage, StorageError},
    usecases::{App, Caller, Origin, Settings, UseCaseError, accounts::authenticate},
};

/// Opens and migrates the database, for a command other than `serve`.
///
/// # Errors
/// The options are invalid, or the database cannot be opened.
pub async fn open(options: &DatabaseOptions) -> Result<App, Failure> {
    /// Longer than that of a server: a command may compete with a running server, and can wait.
    const PATIENCE: Duration = Duration::from_secs(5);

    let database = options.validate()?;
    let opened = Storage::open_with_patience(&database.url, database.max_connections, PATIENCE).await;
    app_of(&database, opened, no_settings())
}

/// Placeholders: the command line has no sessions and no confirmation of sign-ins.
pub(super) const fn no_settings() -> Settings {
    Settings {
        session_idle_millis: 0,
        session_absolute_millis: 0,
        fresh_sign_in_millis: 0,
        environment: Environment::Production,
    }
}

/// Opens the database for a server, whose requests have to be fast.
pub(super) async fn open_with(database: &DatabaseConfig, settings: Settings) -> Result<App, Failure> {
    app_of(database, Storage::open(&database.url, database.max_connections).await, settings)
}

fn app_of(
    database: &DatabaseConfig,
    opened: Result<Storage, StorageError>,
    settings: Settings,
) -> Result<App, Failure> {
    let storage = opened.map_err(|error| {
        Failure::refused(format!(
            "Cannot open {}: {error}. Check --database-url (DATABASE_URL).",
            database.url
        ))
    })?;
    Ok(App::new(storage, Arc::new(SystemClock), Arc::new(SystemRandom), settings))
}

/// The origin of changes on the command line. One run is one request: everything that it writes has the same
/// id.
pub(super) fn origin(app: &App) -> Origin {
    let request_id = format!("cli-{}", base16ct::lower::encode_string(&app.random.secret()[..8]));
    Origin { surface: Surface::CommandLine, request_id, remote_ip: None }
}

/// The caller with this user name, from the command line.
pub(super) async fn caller(app: &App, username: &str) -> Result<Caller, Failure> {
    match authenticate::by_username(app, username).await {
        Ok(actor) => Ok(Caller { actor, origin: origin(app) }),
        Err(UseCaseError::NotFound(_)) => Err(no_such_user(username)),
        Err(error) => Err(error.into()),
    }
}

pub(super) fn no_such_user(username: &str) -> Failure {
    Failure::refused(format!("There is no user {username}. `duo-console user list` shows who there is."))
}
