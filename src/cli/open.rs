//! Opening what the use cases need, and saying who calls them.

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

/// Opens the database, which brings it up to date, for a command that serves nobody.
///
/// # Errors
/// The options are wrong, or the database cannot be opened.
pub async fn open(options: &DatabaseOptions) -> Result<App, Failure> {
    /// A command meets a server that is at work, and has time.
    const PATIENCE: Duration = Duration::from_secs(5);

    let database = options.validate()?;
    let opened = Storage::open_with_patience(&database.url, database.max_connections, PATIENCE).await;
    app_of(&database, opened, no_settings())
}

/// For the command line, where no session is made or read, and nobody is asked to confirm.
pub(super) const fn no_settings() -> Settings {
    Settings {
        session_idle_millis: 0,
        session_absolute_millis: 0,
        fresh_sign_in_millis: 0,
        environment: Environment::Production,
    }
}

/// Opens it for a server, where a request has no time.
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

/// Where everything comes from that is done at the command line. A run is one request: all that it
/// writes has one id.
pub(super) fn origin(app: &App) -> Origin {
    let request_id = format!("cli-{}", base16ct::lower::encode_string(&app.random.secret()[..8]));
    Origin { surface: Surface::CommandLine, request_id, remote_ip: None }
}

/// The user of this name as a caller from the command line.
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
