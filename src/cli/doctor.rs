//! `doctor`: diagnoses problems of the set-up, with advice. Read-only.

mod database;
mod findings;
mod machine;
mod settings;

use self::findings::{Finding, Findings, Status};
use super::{
    Failure,
    output::{Format, print, print_json},
};
use crate::server::config::{DatabaseOptions, ServeOptions};

pub(super) const AFTER_HELP: &str = "\
It takes the flags and variables of `serve`, and checks what a server would run with. It changes
nothing, and can run beside a server. The exit code is 1 when a check fails; warnings do not change it.

Examples:
  duo-console doctor
  duo-console doctor --format json | jq '.[] | select(.status != \"ok\")'";

#[derive(Debug, clap::Args)]
pub struct Doctor {
    #[command(flatten)]
    serve: ServeOptions,
    /// The output: lines or JSON
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(super) async fn run(options: &Doctor, database: &DatabaseOptions) -> Result<(), Failure> {
    let mut findings = Findings::default();
    let config = settings::check(&mut findings, &options.serve, database);
    if let Ok(database) = database.validate() {
        machine::check(&mut findings, &database.url);
        database::check(&mut findings, &database, config.is_some_and(|it| it.demo)).await;
    }
    match options.format {
        Format::Json => print_json(&findings.0)?,
        Format::Text => findings.0.iter().try_for_each(|finding| print(line(finding)))?,
    }
    match findings.0.iter().filter(|it| it.status == Status::Fail).count() {
        0 => Ok(()),
        1 => Err(Failure::refused("1 check failed.")),
        many => Err(Failure::refused(format!("{many} checks failed."))),
    }
}

fn line(Finding { check, status, found, advice }: &Finding) -> String {
    let status = match status {
        Status::Ok => "ok",
        Status::Warn => "warn",
        Status::Fail => "FAIL",
    };
    let advice = advice.as_ref().map(|it| format!("\n      {:14}  -> {it}", "")).unwrap_or_default();
    format!("{status:4}  {check:14}  {found}{advice}")
}
