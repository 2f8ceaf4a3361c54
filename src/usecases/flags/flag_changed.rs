//! What a change of a flag answers with: how the flag was and how it is, as the change's own transaction
//! saw it. Another would see what somebody else made of it since.

use super::{
    flag_change::{ChangedGates, FlagChange},
    read_features::{FlagInWords, FlagState, named},
};
use crate::{
    domain::flags::{Gates, Warning},
    storage::{StorageError, UnitOfWork},
};

/// What came of a change.
#[derive(Clone, Debug)]
pub struct FlagChanged {
    /// One for each environment, in the order in which they were named; never none.
    pub states: Vec<ChangedState>,
    /// What the change makes one think of.
    pub warnings: Vec<Warning>,
}

/// A flag in an environment, before and after.
#[derive(Clone, Debug)]
pub struct ChangedState {
    pub before: Gates,
    pub now: FlagInWords,
}

impl FlagChanged {
    /// Before the commit.
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

    /// Whether it was not so already.
    pub fn changed(&self) -> bool {
        self.states.iter().any(|it| it.before != it.now.feature.gates)
    }

    /// Whether anything was set before.
    pub fn was_set(&self) -> bool {
        self.states.iter().any(|it| it.before.is_set())
    }

    /// How it is now in the environment that was named first.
    ///
    /// # Panics
    /// Where a change was made in no environment: there is none such.
    pub fn first(self) -> FlagInWords {
        self.states.into_iter().next().expect("a change is made in an environment").now
    }

    /// A sentence for each environment: how the flag is set there now.
    pub fn sentences(&self) -> Vec<String> {
        let alone = self.states.len() == 1;
        self.states.iter().map(|it| it.now.sentence(alone)).collect()
    }
}
