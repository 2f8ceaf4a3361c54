//! `feature`: all its subcommands, about gates as well as history and scheduled changes.

use super::{
    feature::{self, FeatureCommand},
    feature_changes::{self, ChangeCommand},
};
use crate::{
    cli::{Failure, open::origin},
    usecases::{App, FlagEditor, FlagReader},
};

#[derive(Debug, clap::Subcommand)]
pub enum FeaturesCommand {
    #[command(flatten)]
    Feature(FeatureCommand),
    #[command(flatten)]
    Change(ChangeCommand),
}

pub(in crate::cli) async fn run(app: &App, command: FeaturesCommand) -> Result<(), Failure> {
    let (reader, editor) = (FlagReader::operator(), FlagEditor::operator(origin(app)));
    match command {
        FeaturesCommand::Feature(command) => feature::run(app, (&reader, &editor), command).await,
        FeaturesCommand::Change(command) => feature_changes::run(app, (&reader, &editor), command).await,
    }
}
