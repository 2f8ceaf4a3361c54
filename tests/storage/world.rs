//! Test fixtures: users and groups.

use crate::support::committed;
use std::sync::{
    Arc,
    atomic::{AtomicI64, AtomicU64, Ordering},
};

use duo_console::{
    domain::{
        access::Standing,
        actor::{Actor, Proof, Surface},
        environment::Environment,
        flags::Gates,
        flows::{
            catalogue::{CODE_REVIEW, Flow, Tier},
            wording::CODE_REVIEW_WORDING,
        },
        ids::{NamespaceId, UserId},
        namespace::{GroupPath, Namespace, NamespaceKind, Subscription},
        people::grants::{self, Source},
        role::Role,
        time::Timestamp,
        user::UserKind,
    },
    storage::{
        FlowSelection, LastChange, NewNamespace, NewUser, Storage, StorageError, StoredGates, UnitOfWork,
    },
    usecases::{
        App, Caller, Clock, Explained, JobHandlers, Origin, Random, Settings, UseCaseError,
        flows::set_flow::{FlowSet, SetFlow, SetFlowError, set_flow},
        jobs::run_jobs::{Ran, run_due_jobs},
    },
};

pub const NOON: Timestamp = Timestamp::from_millis(1_780_315_200_000);

/// A clock that a test sets.
pub struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::Relaxed))
    }
}

/// Deterministic unique secrets, shared by all handles so that no two servers get the same.
struct CountingRandom;

impl Random for CountingRandom {
    fn secret(&self) -> [u8; 32] {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let mut secret = [0; 32];
        secret[..8].copy_from_slice(&COUNT.fetch_add(1, Ordering::Relaxed).to_be_bytes());
        secret
    }
}

pub fn app(storage: Storage) -> App {
    app_at(storage, NOON)
}

pub fn app_at(storage: Storage, now: Timestamp) -> App {
    let (clock, settings) = tools(now);
    App::new(storage, clock, Arc::new(CountingRandom), settings)
}

/// The same with the jobs of a test.
pub fn app_with_jobs(storage: Storage, now: Timestamp, jobs: JobHandlers) -> App {
    let (clock, settings) = tools(now);
    App::with_jobs(storage, clock, Arc::new(CountingRandom), settings, jobs)
}

fn tools(now: Timestamp) -> (Arc<TestClock>, Settings) {
    let clock = Arc::new(TestClock(AtomicI64::new(now.as_millis())));
    let settings = Settings {
        session_idle_millis: 60 * 60 * 1000,
        session_absolute_millis: 24 * 60 * 60 * 1000,
        fresh_sign_in_millis: 60 * 60 * 1000,
        environment: Environment::Production,
    };
    (clock, settings)
}

pub fn path(text: &str) -> GroupPath {
    GroupPath::parse(text).expect("a path")
}

pub fn new_user(username: &str) -> NewUser<'_> {
    NewUser {
        username,
        name: username,
        kind: UserKind::Human,
        is_admin: false,
        password_hash: None,
        created_at: NOON,
    }
}

pub async fn user(storage: &Storage, username: &str) -> UserId {
    committed(storage, async |uow| uow.users().add(&new_user(username)).await.expect("a user")).await
}

/// Ultimate with Duo Enterprise, and every level on.
pub async fn group(storage: &Storage, full_path: &str) -> Namespace {
    committed(storage, async |uow| {
        let new = NewNamespace {
            parent: None,
            kind: NamespaceKind::Group,
            path: &path(full_path),
            name: full_path,
            created_at: NOON,
        };
        let group = uow.namespaces().add(&new).await.expect("a group");
        let subscription = Subscription { tier: Tier::Ultimate, duo_enterprise: true };
        uow.top_level_groups().save(group.id, subscription).await.expect("its row");
        group
    })
    .await
}

pub async fn below(storage: &Storage, parent: &Namespace, kind: NamespaceKind, full_path: &str) -> Namespace {
    let new = NewNamespace {
        parent: Some(parent),
        kind,
        path: &path(full_path),
        name: full_path,
        created_at: NOON,
    };
    committed(storage, async |uow| uow.namespaces().add(&new).await.expect("a namespace")).await
}

pub async fn member(storage: &Storage, group: NamespaceId, user: UserId, role: Role) {
    committed(storage, async |uow| {
        uow.memberships().set(group, user, Source::Hand, &role.into(), None).await.expect("a member")
    })
    .await;
}

/// The user's roles, inherited ones included.
pub async fn standing(view: &mut UnitOfWork, user: UserId, namespace: NamespaceId) -> Standing {
    let grants = view.memberships().grants(user, namespace).await.expect("grants");
    grants::standing(&grants, namespace, NOON).standing
}

/// A new user who owns the group.
pub async fn owner(storage: &Storage, group: &Namespace, username: &str) -> Caller {
    let id = user(storage, username).await;
    member(storage, group.id, id, Role::Owner).await;
    caller(id, username)
}

pub fn actor(id: UserId, username: &str) -> Actor {
    Actor {
        id,
        username: username.to_owned(),
        name: username.to_owned(),
        kind: UserKind::Human,
        is_admin: false,
        scopes: None,
        proof: Proof::Session { since: NOON },
    }
}

/// What a server's worker does when it looks.
pub async fn run_due(app: &App) -> Result<Ran, UseCaseError> {
    run_due_jobs(app, "a worker").await
}

pub fn origin() -> Origin {
    Origin {
        surface: Surface::Page,
        request_id: String::from("request"),
        remote_ip: Some([192, 0, 2, 7].into()),
    }
}

pub fn caller(id: UserId, username: &str) -> Caller {
    Caller { actor: actor(id, username), origin: origin() }
}

pub fn change(username: &str) -> LastChange {
    LastChange { at: NOON, by_username: username.to_owned(), by_name: username.to_owned() }
}

pub fn code_review() -> &'static Flow {
    Flow::find(CODE_REVIEW).expect("the catalogue has it")
}

pub async fn selection(storage: &Storage, group: NamespaceId) -> FlowSelection {
    let mut uow = storage.read().await.expect("a view");
    uow.flow_selections().find(group, code_review()).await.expect("a selection")
}

/// What a capability says of its own; `None` where it was done, or another error came.
pub fn own<T, E: Explained>(outcome: &Result<T, UseCaseError>) -> Option<&E> {
    outcome.as_ref().err()?.own()
}

/// Asks to turn Code Review on, confirmed, or off.
pub async fn switch(
    app: &App,
    caller: &Caller,
    group: &Namespace,
    enabled: bool,
    seen_version: i64,
) -> Result<FlowSet, SetFlowError> {
    let command = SetFlow {
        group: group.path.clone(),
        flow: CODE_REVIEW.to_owned(),
        enabled,
        confirmed: enabled.then(|| CODE_REVIEW_WORDING.id()),
        seen_version,
    };
    set_flow(app, caller, command).await
}

/// Sets the gates of a flag over version `seen`.
pub async fn save_gates(
    uow: &mut UnitOfWork,
    environment: Environment,
    flag: &str,
    gates: &Gates,
    seen: i64,
) -> Result<(), StorageError> {
    let found = uow.features().find(environment, flag).await?;
    uow.features().save(environment, flag, &StoredGates { version: seen, ..found }, gates).await
}
