//! What was read before, so that most questions need no database.
//!
//! An entry holds while nothing changed that it rests on (`storage::Changes`), and at the longest for
//! [`HOLDS_FOR`]. It is kept after that: with the database out of reach it is the best that is known.

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
        access::Standing,
        change::{Change, Topic, Topics},
        environment::Environment,
        flags::FlagActor,
        flows::orbit::OrbitSettings,
        ids::{ChangeId, NamespaceId, UserId},
        time::Timestamp,
        user::User,
    },
    storage::{Generation, Generations, Registry, SessionUser, TokenUser},
};

/// For those who write to the database by hand, which the change feed does not tell of. In milliseconds.
const HOLDS_FOR: i64 = 60_000;

/// How often it is written that a session or a token was used, in milliseconds.
const NOTE_EVERY: i64 = 60_000;

/// One memory for each kind of fact. What is asked for least goes when one is full.
pub struct Caches {
    /// By the hash of the session's token.
    pub(super) sessions: Memory<String, Used<SessionUser>>,
    /// By the token's hash.
    pub(super) tokens: Memory<String, Used<TokenUser>>,
    /// By the path's key.
    pub(super) places: Memory<String, Place>,
    /// By the name as it was asked for.
    pub(super) users: Memory<String, User>,
    pub(super) standings: Memory<(UserId, NamespaceId), Standing>,
    pub(super) seats: Memory<(NamespaceId, UserId), bool>,
    pub(super) orbit: Memory<UserId, OrbitSettings>,
    /// By the flag's name.
    pub(super) flags: Memory<String, CachedFlag>,
    /// All that can be evaluated.
    pub(super) flag_sets: Memory<Environment, FlagSet>,
    /// What follows a change.
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
            // Administrators are a group that nobody has to make.
            feature_groups: Memory::new(20_000, &[FeatureGroups, Users]),
            registries: Memory::new(Environment::ALL.len(), &[FlowVersions]),
        }
    }
}

/// A session or a token, and when its use was last written down.
pub(super) struct Used<T> {
    pub it: T,
    noted_at: AtomicI64,
}

impl<T> Used<T> {
    /// `noted_at` is `None` when it never was.
    pub fn new(it: T, noted_at: Option<Timestamp>) -> Self {
        Self { it, noted_at: AtomicI64::new(noted_at.map_or(i64::MIN, Timestamp::as_millis)) }
    }

    /// Whether its use is to be noted now: once in [`NOTE_EVERY`] the answer is yes, to one caller.
    pub fn is_to_be_noted(&self, now: Timestamp) -> bool {
        let noted = self.noted_at.load(Ordering::Relaxed);
        !Timestamp::from_millis(noted).is_within(NOTE_EVERY, now)
            && self
                .noted_at
                .compare_exchange(noted, now.as_millis(), Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
    }

    /// When it was last used, to a minute, as far as this server knows.
    pub fn noted_at(&self) -> Timestamp {
        Timestamp::from_millis(self.noted_at.load(Ordering::Relaxed))
    }
}

/// Facts by what they are asked for.
pub(super) struct Memory<K, V> {
    cache: Cache<K, Remembered<V>>,
    /// Whatever of these changes makes all of it old.
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

    /// What holds in these generations.
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

    /// What was read last, however long ago.
    pub fn last<Q>(&self, key: &Q) -> Option<Arc<V>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.cache.get(key).map(|known| known.fact)
    }

    /// `None` is what was read while nobody watched.
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
