//! The story of the demo data while it is told: what there is by now, what time it is, and who acts.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use super::plot::OPERATOR;
use crate::{
    domain::{
        actor::{Actor, Surface},
        audit::AuditActor,
        namespace::Namespace,
        time::Timestamp,
    },
    storage::UnitOfWork,
    usecases::{
        App, Caller, Clock, FlagEditor, Origin, UseCaseError,
        audit_trail::{Happened, record_as},
        jobs::job_handlers::JobHandlers,
    },
};

/// The clock of the story.
struct Told(AtomicI64);

impl Clock for Told {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::Relaxed))
    }
}

pub(super) struct Story<'a> {
    /// The program as of the act.
    pub app: App,
    clock: Arc<Told>,
    /// When the story ends.
    pub end: Timestamp,
    pub uow: UnitOfWork,
    /// Of the command that makes the demo data.
    origin: &'a Origin,
    pub password_hash: &'a str,
    pub users: HashMap<&'static str, Actor>,
    pub namespaces: HashMap<&'static str, Namespace>,
    /// How many acts were told.
    acts: u32,
}

impl<'a> Story<'a> {
    pub fn new(app: &App, uow: UnitOfWork, origin: &'a Origin, password_hash: &'a str) -> Self {
        let end = app.now();
        let clock = Arc::new(Told(AtomicI64::new(end.as_millis())));
        let jobs = JobHandlers::new([]);
        let told = App::with_jobs(app.storage.clone(), clock.clone(), app.random.clone(), app.settings, jobs);
        let (users, namespaces) = Default::default();
        Self { app: told, clock, end, uow, origin, password_hash, users, namespaces, acts: 0 }
    }

    /// The next act comes at this time.
    pub fn now_it_is(&mut self, at: Timestamp) {
        self.clock.0.store(at.as_millis(), Ordering::Relaxed);
        self.acts += 1;
    }

    /// The namespaces of the story by path.
    pub fn namespace(&self, path: &str) -> Namespace {
        self.namespaces[path].clone()
    }

    pub fn user(&self, username: &str) -> &Actor {
        &self.users[username]
    }

    /// Midnight so many days after the end of the story.
    pub fn in_days(&self, days: i64) -> Timestamp {
        Timestamp::from_day(self.end.day() + days)
    }

    /// Everybody but the operator acts on a page, from an address that nobody has (RFC 5737).
    pub fn caller(&self, by: &str) -> Caller {
        let actor = self.user(by).clone();
        let host = u8::try_from(actor.id.0 % 250).unwrap_or(0) + 1;
        let origin = Origin {
            surface: Surface::Page,
            request_id: format!("{}-{}", self.origin.request_id, self.acts),
            remote_ip: Some(IpAddr::V4(Ipv4Addr::new(192, 0, 2, host))),
        };
        Caller { actor, origin }
    }

    pub fn editor(&self, by: &str) -> Result<FlagEditor, UseCaseError> {
        FlagEditor::administrator(&self.caller(by))
    }

    pub fn record(&mut self, by: &str, happened: Happened<'_>) {
        let (actor, origin) = self.who(by);
        record_as(self.app.now(), &mut self.uow, actor, &origin, happened);
    }

    fn who(&self, by: &str) -> (AuditActor, Origin) {
        if by == OPERATOR {
            return (self.origin.operator(), self.origin.clone());
        }
        let caller = self.caller(by);
        (caller.audit_actor(), caller.origin)
    }
}

/// Nine hours, in milliseconds: when people begin to work.
pub(super) const NINE: i64 = 9 * 60 * 60 * 1000;
