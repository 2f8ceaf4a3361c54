//! `demo`: creates the demo data, in an empty database only.

use super::{Failure, open::origin, output::print};
use crate::usecases::{
    App,
    create_demo_data::{DemoData, create_demo_data},
};

pub(super) const AFTER_HELP: &str = "\
A company with some forty people, four top-level groups and sixty days of history. The passwords of
the demo users are public: use it on your own machine only. `duo-console serve --demo` creates the
same data and serves it.

Examples:
  duo-console demo --database-url sqlite://demo.db
  duo-console demo --small --database-url sqlite://small.db";

#[derive(Debug, clap::Args)]
pub struct Demo {
    /// Create only the six users and three groups of the tutorial, without a past
    #[arg(long)]
    small: bool,
}

/// How to sign in to the demo data.
pub(super) const SIGN_IN: &str = "\
Sign in as admin, owner, maintainer, developer, reviewer or outsider; the password is duo-console-demo.";

pub(super) async fn run(app: &App, options: &Demo) -> Result<(), Failure> {
    let which = if options.small { DemoData::Small } else { DemoData::Whole };
    if !create_demo_data(app, &origin(app), which).await? {
        return Err(Failure::refused(
            "The database is not empty, so no demo data was made. Name another with --database-url.",
        ));
    }
    Ok(print(format_args!("Made the demo data.\n{SIGN_IN}"))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usecases::create_demo_data::PASSWORD;

    #[test]
    fn the_password_that_is_said_is_the_one_that_is_set() {
        assert!(SIGN_IN.contains(PASSWORD));
    }
}
