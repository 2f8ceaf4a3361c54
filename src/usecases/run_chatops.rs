//! Does what a chat command for feature flags says, for whoever may: in the chat and at the command
//! line.

use super::{
    App, Check, FlagEditor, FlagError, Guard, UseCaseError,
    delete_feature::{DeleteFeature, delete_feature},
    read_features::{get_feature, list_features},
    set_feature::{FeatureSet, FlagValue, SetFeature, Targets, set_feature},
};
use crate::domain::{
    chatops::{ChatopsCommand, ChatopsSet, ChatopsValue, Overridden},
    environment::Environment,
    feature::Warning,
};

#[derive(Clone, Debug)]
pub struct ChatopsAnswer {
    /// A sentence each.
    pub lines: Vec<String>,
    /// What a change makes one think of.
    pub warnings: Vec<Warning>,
    /// Whether anything is another way now.
    pub changed: bool,
}

pub async fn run_chatops(
    app: &App,
    editor: &FlagEditor,
    command: &ChatopsCommand,
) -> Result<ChatopsAnswer, UseCaseError> {
    let told = |lines| ChatopsAnswer { lines, warnings: Vec::new(), changed: false };
    Ok(match command {
        ChatopsCommand::Get { flag, environments } => told(states(app, environments, flag).await?),
        ChatopsCommand::List { matching, environments } => {
            told(list(app, environments, matching.as_deref().unwrap_or_default()).await?)
        }
        ChatopsCommand::Set(set) => {
            let FeatureSet { changed, warnings } = set_feature(app, editor, &set_command(set)).await?;
            let lines = states_now(app, &set.environments, &set.flag).await;
            ChatopsAnswer { lines: lines.unwrap_or_else(unread), warnings, changed }
        }
        ChatopsCommand::Delete { flag, environments, overridden } => {
            let command = DeleteFeature {
                name: flag.clone(),
                environments: environments.clone(),
                // A flag that lost its definition has to go as well.
                undefined_too: true,
                guard: guard(overridden.as_ref()),
            };
            let was_set = delete_feature(app, editor, &command).await?;
            let done = if was_set { "Forgot how it was set" } else { "Nothing was set" };
            let lines = states_now(app, environments, flag).await.map_or_else(unread, |lines| {
                lines.into_iter().map(|line| format!("{done}: {line}")).collect()
            });
            ChatopsAnswer { lines, warnings: Vec::new(), changed: was_set }
        }
    })
}

/// What was saved is so, whatever comes after it: nobody is to do it again.
fn unread(error: UseCaseError) -> Vec<String> {
    tracing::warn!(%error, "a change was saved, and then could not be read");
    vec![String::from("Done. How it stands now could not be read.")]
}

fn set_command(set: &ChatopsSet) -> SetFeature {
    SetFeature {
        name: set.flag.clone(),
        value: match set.value {
            ChatopsValue::Boolean(on) => FlagValue::Boolean(on),
            ChatopsValue::OptOut(out) => FlagValue::OptOut(out),
            ChatopsValue::PercentageOfActors(percentage) => FlagValue::PercentageOfActors(percentage),
            ChatopsValue::PercentageOfTime(percentage) => FlagValue::PercentageOfTime(percentage),
        },
        targets: Targets {
            users: set.users.clone(),
            groups: set.groups.clone(),
            projects: set.projects.clone(),
            feature_groups: set.feature_groups.clone(),
        },
        environments: set.environments.clone(),
        undefined_too: set.force,
        guard: guard(set.overridden.as_ref()),
    }
}

/// A command always names its environments, production if no other, so it is always a roll-out.
fn guard(overridden: Option<&Overridden>) -> Guard {
    let still_checked = overridden.map_or_else(Vec::new, |it| {
        [(it.freeze, Check::Freeze), (it.consistency, Check::Consistency)]
            .into_iter()
            .filter_map(|(is_overridden, check)| (!is_overridden).then_some(check))
            .collect()
    });
    Guard {
        compare_with_staging: true,
        override_reason: overridden.map(|it| it.reason.clone()),
        still_checked,
    }
}

/// A sentence for each environment: how the flag is set there now.
async fn states(app: &App, environments: &[Environment], flag: &str) -> Result<Vec<String>, UseCaseError> {
    let mut lines = Vec::with_capacity(environments.len());
    for environment in environments {
        let state = get_feature(app, *environment, flag).await.map_err(|error| {
            if is_unknown(&error) {
                return FlagError::UnknownIn { name: flag.to_owned(), environment: *environment }.into();
            }
            error
        })?;
        lines.push(state.sentence(environments.len() == 1));
    }
    Ok(lines)
}

/// The same after a change, of which there may be nothing left: a flag that nothing defines and that
/// is not set is off.
async fn states_now(
    app: &App,
    environments: &[Environment],
    flag: &str,
) -> Result<Vec<String>, UseCaseError> {
    match states(app, environments, flag).await {
        Err(error) if is_unknown(&error) => Ok(vec![format!("{flag} is off.")]),
        lines => lines,
    }
}

fn is_unknown(error: &UseCaseError) -> bool {
    error.own().is_some_and(FlagError::is_unknown)
}

async fn list(app: &App, environments: &[Environment], part: &str) -> Result<Vec<String>, UseCaseError> {
    let mut lines = Vec::new();
    for environment in environments {
        let mut states = list_features(app, *environment).await?;
        states.retain(|it| it.feature.name.contains(part));
        lines.extend(states.iter().map(|it| it.sentence(environments.len() == 1)));
    }
    if lines.is_empty() {
        lines.push(format!("No feature flag has \"{part}\" in its name."));
    }
    Ok(lines)
}
