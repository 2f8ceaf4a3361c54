//! The result of a flag change: the states before and after, as seen by its own transaction, since a later
//! one could see further changes.

use super::{
    flag_change::{ChangedGates, FlagChange},
    read_features::{FlagInWords, FlagState, named},
};
use crate::{
    domain::flags::{Gates, Warning},
    storage::{StorageError, UnitOfWork},
};

/// The result of a change.
#[derive(Clone, Debug)]
pub struct FlagChanged {
    /// One per environment, in the order given; never empty.
    pub states: Vec<ChangedState>,
    /// Warnings about the change.
    pub warnings: Vec<Warning>,
}

/// A flag in an environment, before and after.
#[derive(Clone, Debug)]
pub struct ChangedState {
    pub before: Gates,
    pub now: FlagInWords,
}

impl FlagChanged {
    /// To be called before the commit.
    pub(super) async fn of(
        uow: &mut UnitOfWork,
        change: &FlagChange<'_>,
        changed: Vec<ChangedGates>,
        warnings: Vec<Warning>,
    ) -> Result<Self, StorageError> {
        let mut states = Vec::with_capacity(changed.len());
        for environment in change.environments {
            let Some(there) = changed.iter().find(|it| it.environment == *environment) else { continue };
            let feature = FlagState {
                name: change.flag.to_owned(),
                environment: *environment,
                definition: change.definition.cloned(),
                gates: there.after.clone(),
            };
            states.push(ChangedState { before: there.before.clone(), now: named(uow, feature).await? });
        }
        Ok(Self { states, warnings })
    }

    /// Whether any gates changed.
    pub fn changed(&self) -> bool {
        self.states.iter().any(|it| it.before != it.now.feature.gates)
    }

    /// Whether any gate was set before.
    pub fn was_set(&self) -> bool {
        self.states.iter().any(|it| it.before.is_set())
    }

    /// The state after the change in the first environment.
    ///
    /// # Panics
    /// If there were no environments, which does not happen.
    pub fn first(self) -> FlagInWords {
        self.states.into_iter().next().expect("a change is made in an environment").now
    }

    /// The state after the change in each environment, one sentence each.
    pub fn sentences(&self) -> Vec<String> {
        let alone = self.states.len() == 1;
        self.states.iter().map(|it| it.now.sentence(alone)).collect()
    }
}
