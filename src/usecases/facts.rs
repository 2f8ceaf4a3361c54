//! What pages and decisions read most, from memory while nothing changed and else from the database.

use std::{borrow::Borrow, hash::Hash, sync::Arc};

use super::{
    App, Tally,
    evaluate_flag::feature_groups_of,
    flag_set::{Flag, FlagSet},
    known::{Memory, Used},
    load,
};
use crate::{
    domain::{
        access::Standing,
        availability::DuoChain,
        change::Change,
        environment::Environment,
        feature::{FlagActor, Gates},
        flows::Flow,
        ids::{ChangeId, NamespaceId, UserId},
        namespace::{GroupPath, Namespace, Subscription},
        orbit::OrbitSettings,
        time::Timestamp,
        user::User,
    },
    storage::{
        FlowSelection, Generations, Knowledge, Registry, SessionUser, StorageError, TokenUser, UnitOfWork,
    },
};

/// A namespace with all that its top-level group says about it.
#[derive(Debug)]
pub struct Place {
    pub namespace: Namespace,
    /// From the top-level group down to the namespace itself.
    pub ancestors: Vec<Namespace>,
    pub subscription: Subscription,
    pub chain: DuoChain,
    /// Every flow of the catalogue, as the top-level group has it.
    pub flows: Vec<FlowSelection>,
}

impl Place {
    /// Whose settings, seats and consent count; the namespace itself when it is at the top.
    pub fn top_level_group(&self) -> &Namespace {
        self.ancestors.first().unwrap_or(&self.namespace)
    }

    /// `None` when the catalogue has no such flow.
    pub fn flow(&self, flow: &Flow) -> Option<&FlowSelection> {
        self.flows.iter().find(|selection| selection.flow == flow)
    }

    /// Whether the flow counts as on: selected, and nothing above it off.
    pub fn flow_is_on(&self, flow: &Flow) -> bool {
        self.chain.blocked_by().is_none() && self.flow(flow).is_some_and(|it| it.state.is_on())
    }
}

/// One look at the facts. What memory does not have is read in one transaction.
pub(super) struct Facts<'a> {
    app: &'a App,
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

    /// `None` when there is no such session. Whether it has ended is for the caller to say.
    pub async fn session(&mut self, hash: &str) -> Result<Option<Arc<Used<SessionUser>>>, StorageError> {
        self.known(&self.app.known.sessions, hash, async |uow| read_session(uow, hash).await).await
    }

    /// The same, past what is remembered: another server may have seen it used since.
    pub async fn session_anew(&mut self, hash: &str) -> Result<Option<Arc<Used<SessionUser>>>, StorageError> {
        self.learn(&self.app.known.sessions, hash, async |uow| read_session(uow, hash).await).await
    }

    /// `None` when there is no such token. Whether it still counts is for the caller to say.
    pub async fn token(&mut self, hash: &str) -> Result<Option<Arc<Used<TokenUser>>>, StorageError> {
        let read = async |uow: &mut UnitOfWork| {
            let found = uow.tokens().find_by_token_hash(hash).await?;
            Ok(found.map(|token| {
                let noted = token.last_used_at;
                Used::new(token, noted)
            }))
        };
        self.known(&self.app.known.tokens, hash, read).await
    }

    /// `None` when there is no such namespace.
    pub async fn place(&mut self, path: &GroupPath) -> Result<Option<Arc<Place>>, StorageError> {
        let read = async |uow: &mut UnitOfWork| {
            let Some(namespace) = uow.namespaces().find_by_path(path).await? else { return Ok(None) };
            let (subscription, chain) = load::top_level(uow, namespace.root).await?;
            Ok(Some(Place {
                subscription,
                chain,
                flows: uow.flow_selections().list(namespace.root).await?,
                ancestors: uow.namespaces().ancestors(namespace.id).await?,
                namespace,
            }))
        };
        self.known(&self.app.known.places, path.key().as_str(), read).await
    }

    /// `None` when there is nobody of this name.
    pub async fn user(&mut self, username: &str) -> Result<Option<Arc<User>>, StorageError> {
        let read = async |uow: &mut UnitOfWork| uow.users().find_by_username(username).await;
        self.known(&self.app.known.users, username, read).await
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

    /// What the user chose about Orbit; nothing where there is no such user any more.
    pub async fn orbit(&mut self, user: UserId) -> Result<OrbitSettings, StorageError> {
        let read = async |uow: &mut UnitOfWork| {
            Ok(Some(uow.preferences().orbit(user).await?.map(|stored| stored.settings).unwrap_or_default()))
        };
        let settings = self.known(&self.app.known.orbit, &user, read).await?;
        Ok(settings.map_or_else(OrbitSettings::default, |settings| *settings))
    }

    /// What is set for a flag on this server's environment.
    pub async fn gates(&mut self, flag: &str) -> Result<Arc<Gates>, StorageError> {
        Ok(Arc::clone(&self.flag(flag).await?.gates))
    }

    /// A flag on this server's environment, whether or not anybody knows it.
    pub async fn flag(&mut self, name: &str) -> Result<Arc<Flag>, StorageError> {
        let (memory, environment) = (&self.app.known.flags, self.app.environment());
        let read = async |uow: &mut UnitOfWork| {
            Flag::read(uow, environment, name, memory.last(name).as_deref()).await.map(Some)
        };
        let flag = self.known(memory, name, read).await?;
        Ok(flag.unwrap_or_else(|| Arc::new(Flag::unknown(name))))
    }

    /// All flags that this server's environment knows.
    pub async fn flags(&mut self) -> Result<Arc<FlagSet>, StorageError> {
        let (memory, environment) = (&self.app.known.flag_sets, self.app.environment());
        let read = async |uow: &mut UnitOfWork| {
            FlagSet::read(uow, environment, memory.last(&environment).as_deref()).await.map(Some)
        };
        Ok(self.known(memory, &environment, read).await?.unwrap_or_default())
    }

    /// The changes that follow one, in their order, at most `limit`. `None` when nobody can say.
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

    /// The feature groups that an actor is in.
    pub async fn feature_groups(&mut self, actor: FlagActor) -> Result<Arc<Vec<String>>, StorageError> {
        let read = async |uow: &mut UnitOfWork| feature_groups_of(uow, actor).await.map(Some);
        let groups = self.known(&self.app.known.feature_groups, &actor, read).await?;
        Ok(groups.unwrap_or_default())
    }

    /// Which flow versions are deployed in an environment.
    pub async fn registry(&mut self, environment: Environment) -> Result<Arc<Registry>, StorageError> {
        let read = async |uow: &mut UnitOfWork| uow.deployed_versions().find(environment).await.map(Some);
        Ok(self.known(&self.app.known.registries, &environment, read).await?.unwrap_or_default())
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
    async fn known<K, Q, V>(
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
    async fn learn<K, Q, V>(
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

async fn read_session(uow: &mut UnitOfWork, hash: &str) -> Result<Option<Used<SessionUser>>, StorageError> {
    let found = uow.sessions().find_by_token_hash(hash).await?;
    Ok(found.map(|session| {
        let noted = Some(session.last_seen_at);
        Used::new(session, noted)
    }))
}
