//! `serve`: opens the database, creates the demo data if requested, and listens.

use std::time::Duration;

use super::{
    Failure,
    demo::SIGN_IN,
    notify,
    open::{open_with, origin},
    output::print,
};
use crate::{
    domain::paths::first_administrator_link,
    server::{
        config::{Config, DatabaseOptions, ServeOptions},
        serve, telemetry,
    },
    storage::Storage,
    usecases::{
        accounts::first_administrator::make_first_administrator_link,
        create_demo_data::{DemoData, create_demo_data},
    },
};

pub(super) const AFTER_HELP: &str = "\
SIGTERM or SIGINT stops it: no new connections, requests in flight are finished. A second one ends
it at once. The log goes to stderr.

Examples:
  duo-console serve --demo
  DATABASE_URL=postgres://duo@db/duo duo-console serve --listen 0.0.0.0:3000 \\
    --external-url https://duo.example.com --trusted-proxies 1 --log-format json";

/// How long startup waits for an unavailable database.
const DATABASE_PATIENCE: Duration = Duration::from_mins(1);

pub(super) async fn run(options: &ServeOptions, database: &DatabaseOptions) -> Result<(), Failure> {
    let config = options.validate(database)?;
    let traces = telemetry::install(&config.log, config.traces.endpoint.as_ref());
    if let Some(ignored) = &config.traces.ignored {
        tracing::warn!("no traces are sent: {ignored}");
    }
    let served = open_and_serve(config).await;
    if let Some(traces) = traces {
        traces.finish().await;
    }
    served
}

async fn open_and_serve(config: Config) -> Result<(), Failure> {
    Storage::wait_for(&config.database.url, DATABASE_PATIENCE).await;
    let app = open_with(&config.database, config.settings).await?;
    tracing::info!("opened {}, schema {}", config.database.url, app.storage.schema_version());
    if config.demo {
        if create_demo_data(&app, &origin(&app), DemoData::Whole).await? {
            tracing::info!("created the demo data");
        } else {
            tracing::info!("the database is not empty: no demo data was created");
        }
    }
    let first = make_first_administrator_link(&app).await?;
    Ok(serve(config, app, |config| announce(config, first.as_deref())).await?)
}

/// Notifies systemd, and prints the demo sign-in, which is logged as well. The link for the first
/// administrator is a secret: it is only printed, never logged.
fn announce(config: &Config, first_administrator: Option<&str>) {
    notify::ready();
    if let Some(token) = first_administrator {
        tracing::info!(
            "there are no users yet: the standard output has the link to create the administrator"
        );
        let url = config.external_url();
        let link = first_administrator_link(url.as_str(), token);
        let _ = print(format_args!("Duo Console: {url}\nCreate the administrator, within 24 hours: {link}"));
    }
    if config.demo {
        let _ = print(format_args!("Duo Console: {}\n{SIGN_IN}", config.external_url()));
    }
}
