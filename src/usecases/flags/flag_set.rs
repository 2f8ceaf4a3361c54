//! Feature flags as evaluated: definition and gates together, one flag or all.
//!
//! Most writes do not concern flags, and a flag may have thousands of actors. So after an invalidation only
//! the versions are read, and cached flags with the same version are reused. Versions only grow.

use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use super::flag_definitions;
use crate::{
    domain::{
        environment::Environment,
        flags::{FlagDefinition, Gates},
    },
    storage::{StorageError, UnitOfWork},
};

/// A flag in an environment. Cheap to clone.
#[derive(Clone, Debug)]
pub struct CachedFlag {
    pub definition: Arc<FlagDefinition>,
    pub gates: Arc<Gates>,
    /// Whether it has a definition.
    is_defined: bool,
    /// The version of the gates.
    version: i64,
}

impl CachedFlag {
    /// A flag without definition and gates.
    pub(in crate::usecases) fn unknown(name: &str) -> Self {
        Self::defined(name, None)
    }

    fn defined(name: &str, definition: Option<FlagDefinition>) -> Self {
        let is_defined = definition.is_some();
        let definition = Arc::new(definition.unwrap_or_else(|| FlagDefinition::undefined(name)));
        Self { definition, gates: Arc::default(), is_defined, version: 0 }
    }

    /// Whether the flag exists: it has a definition, or a gate is set.
    pub fn is_known(&self) -> bool {
        self.is_defined || self.gates.is_set()
    }

    pub fn name(&self) -> &str {
        &self.definition.name
    }

    /// `None` when it has none, and its gates alone make it known.
    pub fn own_definition(&self) -> Option<&FlagDefinition> {
        self.is_defined.then_some(&*self.definition)
    }

    pub(in crate::usecases) async fn read(
        uow: &mut UnitOfWork,
        environment: Environment,
        name: &str,
        before: Option<&Self>,
    ) -> Result<Self, StorageError> {
        let flag = Self::defined(name, flag_definitions::find(uow, name).await?);
        if let Some(before) = before {
            let version = uow.features().version(environment, name).await?;
            if version == before.version {
                return Ok(Self { gates: Arc::clone(&before.gates), version, ..flag });
            }
        }
        let stored = uow.features().find(environment, name).await?;
        Ok(Self { gates: Arc::new(stored.gates), version: stored.version, ..flag })
    }
}

/// All flags known in an environment.
#[derive(Clone, Debug, Default)]
pub struct FlagSet {
    /// Sorted by name.
    flags: Arc<[CachedFlag]>,
    /// The versions of all gates, and of all definitions.
    versions: Arc<[Versions; 2]>,
    revision: [u8; 32],
    /// The set flags as they were [written](Self::written) last.
    written: Arc<OnceLock<Arc<[u8]>>>,
}

type Versions = Vec<(String, i64)>;

/// A longer list is written anew each time, to keep little in memory: in bytes, for each environment.
const KEPT: usize = 2 * 1024 * 1024;

fn revision(versions: &[Versions; 2]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for list in versions {
        hash.update(list.len().to_be_bytes());
        for (name, version) in list {
            hash.update(name);
            hash.update([0]);
            hash.update(version.to_be_bytes());
        }
    }
    hash.finalize().into()
}

impl FlagSet {
    /// Sorted by name.
    pub fn flags(&self) -> &[CachedFlag] {
        &self.flags
    }

    /// A hash of all gates and definitions, equal on all servers.
    pub const fn revision(&self) -> &[u8; 32] {
        &self.revision
    }

    /// The flags with gates, as `write` puts them down: once for all who ask, until something changes. There is
    /// one way to write them.
    pub fn written(&self, write: impl FnOnce(&[&CachedFlag]) -> Vec<u8>) -> Arc<[u8]> {
        if let Some(written) = self.written.get() {
            return Arc::clone(written);
        }
        let set: Vec<_> = self.flags.iter().filter(|it| it.gates.is_set()).collect();
        let written: Arc<[u8]> = write(&set).into();
        if written.len() <= KEPT {
            // Somebody else may have been first, with the same.
            let _ = self.written.set(Arc::clone(&written));
        }
        written
    }

    pub(in crate::usecases) async fn read(
        uow: &mut UnitOfWork,
        environment: Environment,
        before: Option<&Self>,
    ) -> Result<Self, StorageError> {
        let versions =
            [uow.features().versions(environment).await?, uow.flag_definitions().versions().await?];
        if let Some(before) = before
            && *before.versions == versions
        {
            return Ok(before.clone());
        }
        let definitions = flag_definitions::all(uow).await?;
        let mut flags: BTreeMap<_, _> = definitions
            .into_iter()
            .map(|it| (it.name.clone(), CachedFlag::defined(&it.name.clone(), Some(it))))
            .collect();
        let mut put = |name: &str, gates, version| {
            let flag = flags.remove(name).unwrap_or_else(|| CachedFlag::unknown(name));
            flags.insert(name.to_owned(), CachedFlag { gates, version, ..flag });
        };
        match before {
            None => {
                for (name, stored) in uow.features().list(environment).await? {
                    put(&name, Arc::new(stored.gates), stored.version);
                }
            }
            Some(before) => {
                for (name, version) in &versions[0] {
                    if let Some(same) = before.find(name).filter(|it| it.version == *version) {
                        put(name, Arc::clone(&same.gates), *version);
                    } else {
                        let stored = uow.features().find(environment, name).await?;
                        put(name, Arc::new(stored.gates), stored.version);
                    }
                }
            }
        }
        let flags = flags.into_values().filter(CachedFlag::is_known).collect();
        Ok(Self {
            flags,
            revision: revision(&versions),
            versions: Arc::new(versions),
            written: Arc::default(),
        })
    }

    fn find(&self, name: &str) -> Option<&CachedFlag> {
        self.flags.binary_search_by(|it| it.name().cmp(name)).ok().map(|at| &self.flags[at])
    }
}
