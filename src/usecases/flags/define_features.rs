//! Imports flag definitions, atomically.

use super::flag_definitions::{from_yaml, shipped};
use crate::{
    domain::{audit::AuditKind, flags::FlagDefinition},
    usecases::{
        App, FlagEditor, UseCaseError,
        audit_trail::{Happened, record_as},
    },
};

/// Returns how many definitions are new or changed.
pub async fn define_features(app: &App, editor: &FlagEditor, yaml: &str) -> Result<usize, UseCaseError> {
    let definitions = from_yaml(yaml).map_err(|error| UseCaseError::invalid("definition", error))?;
    let mut uow = app.storage.begin().await?;
    let mut changed = 0;
    for definition in &definitions {
        if let Some(ours) = shipped(&definition.name) {
            if ours == definition {
                continue;
            }
            let message = format!("{} comes with the program: its definition is as it is.", definition.name);
            return Err(UseCaseError::invalid("definition", message));
        }
        let before = uow.flag_definitions().find(&definition.name).await?;
        if before.as_ref().is_some_and(|stored| stored.definition == *definition) {
            continue;
        }
        let version = before.as_ref().map_or(0, |stored| stored.version);
        uow.flag_definitions().save(definition, version).await?;
        let happened = Happened {
            from: before.map(|stored| describe(&stored.definition)).unwrap_or_default(),
            to: describe(definition),
            ..Happened::to(AuditKind::FeatureDefined, &definition.name)
        };
        record_as(app.now(), &mut uow, editor.actor.clone(), &editor.origin, happened);
        changed += 1;
    }
    uow.commit().await?;
    Ok(changed)
}

fn describe(definition: &FlagDefinition) -> String {
    let default = if definition.default_enabled { "on" } else { "off" };
    format!("{}, default {default}, owner {}", definition.flag_type.key(), definition.group)
}
