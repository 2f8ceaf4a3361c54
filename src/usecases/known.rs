//! The caches, so that most requests need no database.
//!
//! An entry is valid while nothing changed that it depends on (`storage::Changes`), and no longer than
//! [`HOLDS_FOR`]. It is kept beyond that, to be used while the database is out of reach.

use quick_cache::sync::Cache;
use std::{
    borrow::Borrow,
    hash::Hash,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use super::{
    flags::flag_set::{CachedFlag, FlagSet},
    place::Place,
};
use crate::{
    domain::{
        change::{Change, Topic, Topics},
        environment::Environment,
        flags::FlagActor,
        flows::orbit::OrbitSettings,
        ids::{ChangeId, NamespaceId, UserId},
        people::grants::StandingUntil,
        time::Timestamp,
        user::User,
    },
    storage::{Generation, Generations, Registry, SessionUser, TokenUser},
};

/// The time to live in milliseconds, for changes made by hand, which bypass the change feed.
const HOLDS_FOR: i64 = 60_000;

/// How often the use of a session or token is recorded, in milliseconds.
const NOTE_EVERY: i64 = 60_000;

/// One cache per kind of fact. A full cache evicts its least used entries.
pub struct Caches {
    /// By the hash of the session's token.
    pub(super) sessions: Memory<String, Used<SessionUser>>,
    /// By the token's hash.
    pub(super) tokens: Memory<String, Used<TokenUser>>,
    /// By the path's key.
    pub(super) places: Memory<String, Place>,
    /// By the username as requested.
    pub(super) users: Memory<String, User>,
    /// The roles from when they were read on.
    pub(super) standings: Memory<(UserId, NamespaceId), Vec<StandingUntil>>,
    pub(super) seats: Memory<(NamespaceId, UserId), bool>,
    pub(super) orbit: Memory<UserId, OrbitSettings>,
    /// By the flag's name.
    pub(super) flags: Memory<String, CachedFlag>,
    /// All flags that can be evaluated.
    pub(super) flag_sets: Memory<Environment, FlagSet>,
    /// The changes after the given one.
    pub(super) changes: Memory<ChangeId, Vec<Arc<Change>>>,
    pub(super) feature_groups: Memory<FlagActor, Vec<String>>,
    pub(super) registries: Memory<Environment, Registry>,
}

impl Default for Caches {
    fn default() -> Self {
        use Topic::{
            FeatureGroups, FlagDefinitions, Flags, FlowVersions, Flows, Namespaces, People, Preferences,
            Sessions, Tokens, Users,
        };
        Self {
            sessions: Memory::new(10_000, &[Sessions, Users, Preferences]),
            tokens: Memory::new(1_000, &[Tokens, Users]),
            places: Memory::new(2_000, &[Namespaces, Flows]),
            users: Memory::new(20_000, &[Users]),
            standings: Memory::new(50_000, &[People, Namespaces, Users]),
            seats: Memory::new(50_000, &[People, Namespaces, Users]),
            orbit: Memory::new(20_000, &[Preferences, Users]),
            flags: Memory::new(10_000, &[Flags, FlagDefinitions]),
            flag_sets: Memory::new(Environment::ALL.len(), &[Flags, FlagDefinitions]),
            changes: Memory::new(100, &Topic::ALL),
            // `Users` because of the built-in group of administrators.
            feature_groups: Memory::new(20_000, &[FeatureGroups, Users]),
            registries: Memory::new(Environment::ALL.len(), &[FlowVersions]),
        }
    }
}

/// A session or token, and when its use was last recorded.
pub(super) struct Used<T> {
    pub it: T,
    noted_at: AtomicI64,
}

impl<T> Used<T> {
    /// `noted_at` is `None` when its use was never recorded.
    pub fn new(it: T, noted_at: Option<Timestamp>) -> Self {
        Self { it, noted_at: AtomicI64::new(noted_at.map_or(i64::MIN, Timestamp::as_millis)) }
    }

    /// Whether to record the use now: `true` for one caller every [`NOTE_EVERY`].
    pub fn is_to_be_noted(&self, now: Timestamp) -> bool {
        let noted = self.noted_at.load(Ordering::Relaxed);
        !Timestamp::from_millis(noted).is_within(NOTE_EVERY, now)
            && self
                .noted_at
                .compare_exchange(noted, now.as_millis(), Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
    }

    /// The last recorded use, to the minute, as far as this server knows.
    pub fn noted_at(&self) -> Timestamp {
        Timestamp::from_millis(self.noted_at.load(Ordering::Relaxed))
    }
}

/// A cache of facts by key.
pub(super) struct Memory<K, V> {
    cache: Cache<K, Remembered<V>>,
    /// A change of any of these topics invalidates all entries.
    rests_on: Topics,
}

struct Remembered<V> {
    fact: Arc<V>,
    generation: Generation,
    read_at: Timestamp,
}

impl<V> Clone for Remembered<V> {
    fn clone(&self) -> Self {
        Self { fact: Arc::clone(&self.fact), ..*self }
    }
}

impl<K: Hash + Eq, V> Memory<K, V> {
    fn new(most: usize, rests_on: &[Topic]) -> Self {
        Self { cache: Cache::new(most), rests_on: Topics::of(rests_on) }
    }

    /// The entry if it is valid in these generations.
    pub fn current<Q>(&self, key: &Q, generations: &Generations, now: Timestamp) -> Option<Arc<V>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let known = self.cache.get(key)?;
        let holds =
            known.generation == generations.of(self.rests_on) && known.read_at.is_within(HOLDS_FOR, now);
        holds.then_some(known.fact)
    }

    /// The last entry, valid or not.
    pub fn last<Q>(&self, key: &Q) -> Option<Arc<V>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.cache.get(key).map(|known| known.fact)
    }

    /// Inserts an entry; `generations` is `None` when it was read while nobody watched.
    pub fn learn(&self, key: K, fact: Arc<V>, generations: Option<&Generations>, read_at: Timestamp) {
        let generation = generations.map_or(Generation::UNWATCHED, |it| it.of(self.rests_on));
        self.cache.insert(key, Remembered { fact, generation, read_at });
    }

    pub fn forget<Q>(&self, key: &Q)
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.cache.remove(key);
    }
}
