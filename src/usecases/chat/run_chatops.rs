//! Runs a chat command for feature flags, in the chat or at the command line.

use crate::{
    domain::{
        chat::chatops::{ChatopsCommand, Overridden, SetFlag},
        environment::Environment,
        flags::Warning,
    },
    usecases::{
        App, AskedBy, Check, FlagEditor, FlagError, FlagReader, Guard, UseCaseError,
        flags::{
            delete_feature::{DeleteFeature, delete_feature},
            read_features::{get_feature, list_features},
            set_feature::{SetFeature, set_feature},
        },
    },
};

#[derive(Clone, Debug)]
pub struct ChatopsAnswer {
    /// One sentence each.
    pub lines: Vec<String>,
    /// Warnings about the change.
    pub warnings: Vec<Warning>,
    /// Whether anything changed.
    pub changed: bool,
}

/// `reader` and `editor` are proofs of permission.
pub async fn run_chatops(
    app: &App,
    (reader, editor): (&FlagReader, &FlagEditor),
    command: &ChatopsCommand,
) -> Result<ChatopsAnswer, UseCaseError> {
    let told = |lines| ChatopsAnswer { lines, warnings: Vec::new(), changed: false };
    Ok(match command {
        ChatopsCommand::Get { flag, environments } => told(states(app, reader, environments, flag).await?),
        ChatopsCommand::List { matching, environments } => {
            told(list(app, reader, environments, matching.as_deref().unwrap_or_default()).await?)
        }
        ChatopsCommand::Set(set) => {
            let done = set_feature(app, editor, &set_command(set)).await?;
            ChatopsAnswer { lines: done.sentences(), changed: done.changed(), warnings: done.warnings }
        }
        ChatopsCommand::Delete { flag, environments, overridden } => {
            let command = DeleteFeature {
                name: flag.clone(),
                environments: environments.clone().into(),
                undefined_too: AskedBy::ChatCommand.deletes_undefined(false),
                guard: guard(overridden.as_ref()),
            };
            let deleted = delete_feature(app, editor, &command).await?;
            let done = if deleted.was_set() { "Forgot how it was set" } else { "Nothing was set" };
            // A flag without definition ceases to exist when deleted, and evaluates to off.
            let is_left = deleted.states.iter().any(|it| it.now.feature.definition.is_some());
            let lines = if is_left { deleted.sentences() } else { vec![format!("{flag} is off.")] };
            ChatopsAnswer {
                lines: lines.into_iter().map(|line| format!("{done}: {line}")).collect(),
                warnings: deleted.warnings.clone(),
                changed: deleted.was_set(),
            }
        }
    })
}

fn set_command(set: &SetFlag) -> SetFeature {
    SetFeature {
        name: set.flag.clone(),
        value: set.value,
        targets: set.targets.clone(),
        environments: set.environments.clone().into(),
        undefined_too: AskedBy::ChatCommand.sets_undefined(set.force),
        guard: guard(set.overridden.as_ref()),
    }
}

/// Checks that the reason does not override stay in force.
fn guard(overridden: Option<&Overridden>) -> Guard {
    let still_checked = overridden.map_or_else(Vec::new, |it| {
        [(it.freeze, Check::Freeze), (it.consistency, Check::Consistency)]
            .into_iter()
            .filter_map(|(is_overridden, check)| (!is_overridden).then_some(check))
            .collect()
    });
    Guard { override_reason: overridden.map(|it| it.reason.clone()), still_checked }
}

/// The flag's state in each environment, one sentence each.
async fn states(
    app: &App,
    reader: &FlagReader,
    environments: &[Environment],
    flag: &str,
) -> Result<Vec<String>, UseCaseError> {
    let mut lines = Vec::with_capacity(environments.len());
    for environment in environments {
        let state = get_feature(app, reader, *environment, flag).await.map_err(|error| {
            if error.own().is_some_and(FlagError::is_unknown) {
                return FlagError::UnknownIn { name: flag.to_owned(), environment: *environment }.into();
            }
            error
        })?;
        lines.push(state.sentence(environments.len() == 1));
    }
    Ok(lines)
}

async fn list(
    app: &App,
    reader: &FlagReader,
    environments: &[Environment],
    part: &str,
) -> Result<Vec<String>, UseCaseError> {
    let mut lines = Vec::new();
    for environment in environments {
        let mut states = list_features(app, reader, *environment).await?;
        states.retain(|it| it.feature.name.contains(part));
        lines.extend(states.iter().map(|it| it.sentence(environments.len() == 1)));
    }
    if lines.is_empty() {
        lines.push(format!("No feature flag has \"{part}\" in its name."));
    }
    Ok(lines)
}
