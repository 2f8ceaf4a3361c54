//! Sets gates of a feature flag in one or more environments.

use super::{
    flag_change::{ChangedGates, FlagChange, Guard, To, carry_out},
    flag_changed::FlagChanged,
    flag_definitions::{self, unknown},
    flag_policy::Where,
};
use crate::{
    domain::{
        environment::Environment,
        flags::{ADMINISTRATORS, FlagActor, FlagValue, GateChange, Targets, Warning, check_flag_name},
        namespace::{GroupPath, NamespaceKind},
    },
    storage::UnitOfWork,
    usecases::{App, FlagEditor, FlagError, UseCaseError, retry::until_first},
};

#[derive(Clone, Debug)]
pub struct SetFeature {
    pub name: String,
    pub value: FlagValue,
    pub targets: Targets,
    pub environments: Where<Vec<Environment>>,
    /// Whether the flag may lack a definition.
    pub undefined_too: bool,
    pub guard: Guard,
}

impl SetFeature {
    /// On or off for everyone in this server's environment, with all checks.
    pub fn everyone(name: &str, on: bool) -> Self {
        Self {
            name: name.to_owned(),
            value: FlagValue::Boolean(on),
            targets: Targets::default(),
            environments: Where::Here,
            undefined_too: false,
            guard: Guard::default(),
        }
    }
}

/// Makes the change unless a check fails.
pub async fn set_feature(
    app: &App,
    editor: &FlagEditor,
    command: &SetFeature,
) -> Result<FlagChanged, UseCaseError> {
    until_first(app, || try_once(app, editor, command)).await
}

async fn try_once(app: &App, editor: &FlagEditor, command: &SetFeature) -> Result<FlagChanged, UseCaseError> {
    check_flag_name(&command.name).map_err(|error| FlagError::BadName(error.message))?;
    let mut uow = app.storage.begin().await?;
    let definition = flag_definitions::find(&mut uow, &command.name).await?;
    if definition.is_none() && !command.undefined_too {
        return Err(unknown(&mut uow, &command.name).await?);
    }
    let changes = changes(&mut uow, command.value, &command.targets).await?;
    let change = FlagChange {
        flag: &command.name,
        definition: definition.as_ref(),
        environments: &command.environments.environments(app),
        compare_with_staging: command.environments.is_compared_with_staging(),
        to: To::Changed(&changes),
        reason: None,
        guard: &command.guard,
        seen: None,
    };
    let changed = carry_out(app, &mut uow, editor, &change).await?;
    let mut warnings: Vec<_> = changed
        .iter()
        .flat_map(|ChangedGates { before, after, .. }| {
            Warning::about(definition.as_ref(), &changes, before, after)
        })
        .collect();
    warnings.sort_unstable();
    warnings.dedup();
    let changed = FlagChanged::of(&mut uow, &change, changed, warnings).await?;
    uow.commit().await?;
    Ok(changed)
}

/// The requested value and targets as changes of gates.
pub(in crate::usecases) async fn changes(
    uow: &mut UnitOfWork,
    value: FlagValue,
    targets: &Targets,
) -> Result<Vec<GateChange>, UseCaseError> {
    let actors = actors(uow, targets).await?;
    let mut groups = Vec::new();
    for name in &targets.feature_groups {
        if name != ADMINISTRATORS && (name.contains('\0') || uow.feature_groups().find(name).await?.is_none())
        {
            return Err(FlagError::UnknownTarget { kind: "feature group", name: name.clone() }.into());
        }
        groups.push(name.clone());
    }
    let nobody = targets.is_empty();
    Ok(match value {
        FlagValue::Boolean(on) if nobody => vec![GateChange::Boolean(on)],
        FlagValue::Boolean(on) => {
            let groups = groups.into_iter().map(|group| GateChange::FeatureGroup(group, on));
            groups.chain(actors.into_iter().map(|actor| GateChange::Actor(actor, on))).collect()
        }
        FlagValue::OptOut(_) if nobody => {
            return Err(UseCaseError::invalid("value", "An opt-out needs somebody whom it is for."));
        }
        // GitLab ignores them and reports success.
        FlagValue::OptOut(_) if !groups.is_empty() => {
            return Err(UseCaseError::invalid(
                "value",
                "A feature group cannot be opted out. Name users, groups or projects.",
            ));
        }
        FlagValue::OptOut(out) => actors.into_iter().map(|actor| GateChange::OptOut(actor, out)).collect(),
        FlagValue::PercentageOfActors(_) | FlagValue::PercentageOfTime(_) if !nobody => {
            return Err(UseCaseError::invalid("value", "A percentage is not for somebody in particular."));
        }
        FlagValue::PercentageOfActors(percentage) => vec![GateChange::PercentageOfActors(percentage)],
        FlagValue::PercentageOfTime(percentage) => vec![GateChange::PercentageOfTime(percentage)],
    })
}

/// Resolves names of users, groups and projects.
pub(in crate::usecases) async fn actors(
    uow: &mut UnitOfWork,
    targets: &Targets,
) -> Result<Vec<FlagActor>, UseCaseError> {
    let mut actors = Vec::new();
    for name in &targets.users {
        let unknown = || FlagError::UnknownTarget { kind: "user", name: name.clone() };
        let user = uow.users().find_by_username(name).await?.ok_or_else(unknown)?;
        actors.push(FlagActor::User(user.id));
    }
    for (kind, word, paths) in [
        (NamespaceKind::Group, "group", &targets.groups),
        (NamespaceKind::Project, "project", &targets.projects),
    ] {
        for path in paths {
            let unknown = || FlagError::UnknownTarget { kind: word, name: path.clone() };
            let parsed = GroupPath::parse(path).map_err(|_| unknown())?;
            let found = uow.namespaces().find_by_path(&parsed).await?;
            let found = found.filter(|it| it.kind == kind).ok_or_else(unknown)?;
            actors.push(match kind {
                NamespaceKind::Group => FlagActor::Group(found.id),
                NamespaceKind::Project => FlagActor::Project(found.id),
            });
        }
    }
    Ok(actors)
}
