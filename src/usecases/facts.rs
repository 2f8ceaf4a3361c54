//! What pages and decisions read most, from memory while nothing changed and else from the database. Which
//! facts there are says each capability (`account_facts`, `flag_facts`, `flow_facts`).

use std::{borrow::Borrow, hash::Hash, sync::Arc};

use super::{App, Tally, known::Memory};
use crate::{
    domain::{
        access::Standing,
        change::Change,
        environment::Environment,
        ids::{ChangeId, NamespaceId, UserId},
        time::Timestamp,
    },
    storage::{Generations, Knowledge, StorageError, UnitOfWork},
};

/// One look at the facts. What memory does not have is read in one transaction.
pub(super) struct Facts<'a> {
    pub(super) app: &'a App,
    now: Timestamp,
    knowledge: Knowledge,
    /// Whether what was known once will do while the database is out of reach.
    content_with_old: bool,
    stale: bool,
    uow: Option<UnitOfWork>,
}

impl<'a> Facts<'a> {
    /// Facts as they are. While the database is out of reach there are none.
    pub fn current(app: &'a App) -> Self {
        Self {
            app,
            now: app.now(),
            // Before anything is read: a change from here on makes old what is read.
            knowledge: app.storage.changes().knowledge(),
            content_with_old: false,
            stale: false,
            uow: None,
        }
    }

    /// Facts as they are, or while the database is out of reach as they were.
    pub fn last_known(app: &'a App) -> Self {
        Self { content_with_old: true, ..Self::current(app) }
    }

    /// When the look began.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The environment that is answered for.
    pub fn environment(&self) -> Environment {
        self.app.environment()
    }

    /// Where to count what was made of it.
    pub fn tally(&self) -> &Tally {
        &self.app.tally
    }

    /// Whether something of it may be out of date.
    pub fn stale(&self) -> bool {
        self.stale
    }

    /// The user's roles at a namespace, with what is inherited from above.
    pub async fn standing(&mut self, user: UserId, namespace: NamespaceId) -> Result<Standing, StorageError> {
        let read = async |uow: &mut UnitOfWork| uow.memberships().standing(user, namespace).await.map(Some);
        let standing = self.known(&self.app.known.standings, &(user, namespace), read).await?;
        Ok(standing.map_or_else(Standing::default, |standing| *standing))
    }

    /// Whether the user holds a seat of the top-level group, and the group still has Duo Enterprise.
    pub async fn has_seat(&mut self, top_level: NamespaceId, user: UserId) -> Result<bool, StorageError> {
        let read = async |uow: &mut UnitOfWork| uow.memberships().has_seat(top_level, user).await.map(Some);
        let seat = self.known(&self.app.known.seats, &(top_level, user), read).await?;
        Ok(seat.is_some_and(|seat| *seat))
    }

    /// The audit events that follow one, in their order, at most `limit`.
    pub async fn following(
        &mut self,
        change: ChangeId,
        limit: i64,
    ) -> Result<Option<Arc<Vec<Arc<Change>>>>, StorageError> {
        let read = async |uow: &mut UnitOfWork| {
            let changes = uow.change_feed().following(change, limit).await?;
            Ok(changes.map(|changes| changes.into_iter().map(Arc::new).collect()))
        };
        self.known(&self.app.known.changes, &change, read).await
    }

    /// Whose facts these are.
    pub fn app(&self) -> &'a App {
        self.app
    }

    /// The transaction of this look, for what is not remembered.
    pub async fn uow(&mut self) -> Result<&mut UnitOfWork, StorageError> {
        match &mut self.uow {
            Some(uow) => Ok(uow),
            none => Ok(none.insert(self.app.storage.read().await?)),
        }
    }

    /// What is remembered, or else what the database says.
    pub(super) async fn known<K, Q, V>(
        &mut self,
        memory: &Memory<K, V>,
        key: &Q,
        read: impl AsyncFnOnce(&mut UnitOfWork) -> Result<Option<V>, StorageError>,
    ) -> Result<Option<Arc<V>>, StorageError>
    where
        K: Hash + Eq + Borrow<Q>,
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
    {
        match self.recall(memory, key) {
            // In a box: what is remembered is not to carry the room for a query about.
            None => Box::pin(self.learn(memory, key, read)).await,
            known => Ok(known),
        }
    }

    /// `None` for what is still the best that is known, should the database be out of reach next.
    fn generations(&self) -> Option<&Generations> {
        match &self.knowledge {
            Knowledge::Current(generations) => Some(generations),
            Knowledge::None | Knowledge::Lost => None,
        }
    }

    fn recall<K, Q, V>(&mut self, memory: &Memory<K, V>, key: &Q) -> Option<Arc<V>>
    where
        K: Hash + Eq + Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        match &self.knowledge {
            Knowledge::None => None,
            Knowledge::Current(generations) => memory.current(key, generations, self.now),
            // Not even asking: it could take as long as a connection may.
            Knowledge::Lost => self.old(memory, key),
        }
    }

    fn old<K, Q, V>(&mut self, memory: &Memory<K, V>, key: &Q) -> Option<Arc<V>>
    where
        K: Hash + Eq + Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let old = if self.content_with_old { memory.last(key) } else { None };
        self.stale |= old.is_some();
        old
    }

    /// Reads and remembers, or falls back on what was read before.
    pub(super) async fn learn<K, Q, V>(
        &mut self,
        memory: &Memory<K, V>,
        key: &Q,
        read: impl AsyncFnOnce(&mut UnitOfWork) -> Result<Option<V>, StorageError>,
    ) -> Result<Option<Arc<V>>, StorageError>
    where
        K: Hash + Eq + Borrow<Q>,
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
    {
        let fact = match self.uow().await {
            Ok(uow) => read(uow).await,
            Err(error) => Err(error),
        };
        match fact {
            Ok(Some(fact)) => {
                let fact = Arc::new(fact);
                memory.learn(key.to_owned(), Arc::clone(&fact), self.generations(), self.now);
                Ok(Some(fact))
            }
            Ok(None) => {
                memory.forget(key);
                Ok(None)
            }
            Err(error) if error.is_unavailable() => self.old(memory, key).map(Some).ok_or(error),
            Err(error) => Err(error),
        }
    }
}
