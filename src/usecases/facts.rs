//! Facts for pages and decisions: from the cache while nothing changed, otherwise from the database. Each
//! capability declares its own (`account_facts`, `flag_facts`, `flow_facts`).

use std::{borrow::Borrow, hash::Hash, sync::Arc};

use super::{App, Tally, known::Memory};
use crate::{
    domain::{
        access::Standing,
        change::Change,
        environment::Environment,
        ids::{ChangeId, NamespaceId, UserId},
        people::grants,
        time::Timestamp,
    },
    storage::{Generations, Knowledge, StorageError, UnitOfWork},
};

/// A view of the facts for one request. Cache misses are read in a single transaction.
pub(super) struct Facts<'a> {
    pub(super) app: &'a App,
    now: Timestamp,
    knowledge: Knowledge,
    /// Whether outdated values are acceptable while the database is out of reach.
    content_with_old: bool,
    stale: bool,
    uow: Option<UnitOfWork>,
}

impl<'a> Facts<'a> {
    /// Current facts only; fails while the database is out of reach.
    pub fn current(app: &'a App) -> Self {
        Self {
            app,
            now: app.now(),
            // Before any read, so that a later change outdates what is read.
            knowledge: app.storage.changes().knowledge(),
            content_with_old: false,
            stale: false,
            uow: None,
        }
    }

    /// Current facts, or while the database is out of reach the last known ones.
    pub fn last_known(app: &'a App) -> Self {
        Self { content_with_old: true, ..Self::current(app) }
    }

    /// When this view began.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The environment to evaluate for.
    pub fn environment(&self) -> Environment {
        self.app.environment()
    }

    /// The counters to record the outcome in.
    pub fn tally(&self) -> &Tally {
        &self.app.tally
    }

    /// Whether any value may be outdated.
    pub fn stale(&self) -> bool {
        self.stale
    }

    /// The user's roles in a namespace, inherited ones included.
    pub async fn standing(&mut self, user: UserId, namespace: NamespaceId) -> Result<Standing, StorageError> {
        let (key, now) = ((user, namespace), self.now);
        let read = async |uow: &mut UnitOfWork| {
            let grants = uow.memberships().grants(user, namespace).await?;
            Ok(Some(grants::standings(&grants, namespace, now)))
        };
        let held = self.known(&self.app.known.standings, &key, read).await?;
        // Grants expire without a change in the feed, and also while the database is out of reach.
        Ok(held.map_or_else(Standing::default, |held| grants::standing_at(&held, now)))
    }

    /// Whether the user holds a seat that counts in the top-level group, which still has Duo Enterprise.
    pub async fn has_seat(&mut self, top_level: NamespaceId, user: UserId) -> Result<bool, StorageError> {
        let read = async |uow: &mut UnitOfWork| uow.seats().has_seat(top_level, user).await.map(Some);
        let seat = self.known(&self.app.known.seats, &(top_level, user), read).await?;
        Ok(seat.is_some_and(|seat| *seat))
    }

    /// The changes after `change` in the feed, in order, at most `limit`; `None` when unknown.
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

    pub fn app(&self) -> &'a App {
        self.app
    }

    /// The transaction of this view, for what is not cached.
    pub async fn uow(&mut self) -> Result<&mut UnitOfWork, StorageError> {
        match &mut self.uow {
            Some(uow) => Ok(uow),
            none => Ok(none.insert(self.app.storage.read().await?)),
        }
    }

    /// From the cache, or else from the database.
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
            // Boxed, to keep the future small on the common path, a cache hit.
            None => Box::pin(self.learn(memory, key, read)).await,
            known => Ok(known),
        }
    }

    /// The generations to cache values under; `None` when nobody watches: such values are only used once the
    /// database is out of reach.
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
            // Without trying: connecting could take until its timeout.
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

    /// Reads and caches the value, or falls back to an outdated one.
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
