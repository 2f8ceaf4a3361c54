//! Lists feature groups: their members, and the flags that use them.

use super::flag_names::names_of;
use crate::{
    domain::{environment::Environment, flags::ADMINISTRATORS},
    storage::{StorageError, UnitOfWork},
    usecases::{App, FlagReader, UseCaseError},
};

/// A group, with the names of its members.
#[derive(Clone, Debug)]
pub struct FeatureGroup {
    pub name: String,
    pub members: Vec<String>,
    pub named_by: Vec<NamedBy>,
}

/// A flag that is open for a group, and in which environments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedBy {
    pub flag: String,
    pub environments: Vec<Environment>,
}

#[derive(Clone, Debug)]
pub struct FeatureGroupList {
    /// User-defined groups, sorted by name.
    pub groups: Vec<FeatureGroup>,
    /// The flags that are open for all administrators.
    pub for_administrators: Vec<NamedBy>,
}

/// All groups and their members.
pub async fn list_feature_groups(app: &App, _reader: &FlagReader) -> Result<FeatureGroupList, UseCaseError> {
    let mut uow = app.storage.read().await?;
    let naming = Naming::read(&mut uow).await?;
    let mut groups = Vec::new();
    for name in uow.feature_groups().list().await? {
        let Some(stored) = uow.feature_groups().find(&name).await? else { continue };
        let members = names_of(&mut uow, &stored.members).await?;
        groups.push(FeatureGroup { named_by: naming.of(&name), members, name });
    }
    Ok(FeatureGroupList { groups, for_administrators: naming.of(ADMINISTRATORS) })
}

/// Which flags use which groups in which environments.
pub(super) struct Naming(Vec<(String, String, Environment)>);

impl Naming {
    pub async fn read(uow: &mut UnitOfWork) -> Result<Self, StorageError> {
        Ok(Self(uow.features().naming_groups().await?))
    }

    /// The flags that use the group, sorted by name.
    pub fn of(&self, group: &str) -> Vec<NamedBy> {
        let mut named_by: Vec<NamedBy> = Vec::new();
        for (_, flag, environment) in self.0.iter().filter(|it| it.0 == group) {
            match named_by.last_mut() {
                Some(last) if last.flag == *flag => last.environments.push(*environment),
                _ => named_by.push(NamedBy { flag: flag.clone(), environments: vec![*environment] }),
            }
        }
        named_by
    }
}
