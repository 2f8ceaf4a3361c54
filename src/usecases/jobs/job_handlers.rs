//! The registry of job handlers: each capability registers one per kind, so that the runner knows none.

use std::{collections::BTreeMap, pin::Pin, sync::Arc};

use crate::{
    domain::{
        audit::AuditActor,
        jobs::job::{Ending, Job, Priority, Progress},
        time::Timestamp,
    },
    storage::{NewJob, UnitOfWork},
    usecases::{Origin, Tally, UseCaseError},
};

/// The future of a handler's method.
pub type Work<'a, T> = Pin<Box<dyn Future<Output = Result<T, UseCaseError>> + Send + 'a>>;

/// The result of a step. It is committed together with what the step wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// There are more steps.
    More(Progress),
    /// The next thing is an effect outside the database, described in the handler's format. The intent is
    /// committed before [`JobHandler::effect`] is called with it.
    Intend(Progress, String),
    /// The job is complete; the outcome in a sentence.
    Done(String),
    /// The job cannot be done; the reason in a sentence.
    Failed(String),
    /// A recurring job is complete, and starts over at this time; the outcome in a sentence.
    Again(Timestamp, String),
}

/// A failed step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobFailure {
    /// Whether a retry may succeed.
    pub is_passing: bool,
    /// A sentence for the job's outcome.
    pub words: String,
}

/// The result of an effect outside the database, for the next step.
pub type Effect = String;

/// A handler for a kind of job. `A` is the application; generic, because the application holds the handlers.
///
/// A step is one transaction, of at most 500 rows and a quarter of a second, and is committed exactly once
/// even if servers crash between steps. Effects outside the database happen between two steps: first
/// `Intend`, then [`Self::effect`], whose result the next step gets.
pub trait JobHandler<A>: Send + Sync {
    /// The kind in the database; never renamed.
    fn kind(&self) -> &'static str;

    /// What the job is about, for people: `Orbit on in production`.
    fn title<'a>(&'a self, uow: &'a mut UnitOfWork, job: &'a Job) -> Work<'a, String>;

    /// The recurring job of this kind, which always exists; `None` for kinds whose jobs are added and end.
    fn standing(&self) -> Option<NewJob<'static>> {
        None
    }

    /// Adds missing jobs, for things created by a release that had no jobs.
    fn adopt<'a>(&'a self, uow: &'a mut UnitOfWork) -> Work<'a, ()> {
        let _ = uow;
        Box::pin(async { Ok(()) })
    }

    /// Runs the next step. It writes to `uow`, which the runner commits. `effect` is the result of what the
    /// previous step intended.
    fn step<'a>(
        &'a self,
        app: &'a A,
        uow: &'a mut UnitOfWork,
        job: &'a Job,
        effect: Option<Effect>,
    ) -> Work<'a, Step>;

    /// Carries out the intended effect outside the database. With `again` it may already have happened, which
    /// must be checked first.
    fn effect<'a>(&'a self, app: &'a A, job: &'a Job, intent: &'a str, again: bool) -> Work<'a, Effect> {
        let _ = (app, job, again);
        let message = format!("nobody does {intent}");
        Box::pin(async move { Err(UseCaseError::invalid("intent", message)) })
    }

    /// Called after a failed step, in the transaction that records it: whether to give up the job at once. If
    /// so, it also ends the job's subject.
    fn gives_up<'a>(
        &'a self,
        app: &'a A,
        uow: &'a mut UnitOfWork,
        job: &'a Job,
        failure: &'a JobFailure,
    ) -> Work<'a, bool> {
        let _ = (app, uow, job, failure);
        Box::pin(async { Ok(false) })
    }

    /// Called when the job is stopped: ends its subject, in the transaction that ends the job.
    fn stop<'a>(
        &'a self,
        app: &'a A,
        uow: &'a mut UnitOfWork,
        job: &'a Job,
        by: (&'a AuditActor, &'a Origin),
    ) -> Work<'a, ()> {
        let _ = (app, uow, job, by);
        Box::pin(async { Ok(()) })
    }

    /// Whether a failed job can resume where it was.
    fn can_be_retried(&self) -> bool {
        true
    }

    /// Counts an ended job, after the commit.
    fn ended(&self, tally: &Tally, how: Ending) {
        let _ = (tally, how);
    }
}

/// All handlers by kind.
pub struct JobHandlers<A>(Arc<BTreeMap<&'static str, Arc<dyn JobHandler<A>>>>);

impl<A> Clone for JobHandlers<A> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<A> JobHandlers<A> {
    pub fn new(handlers: impl IntoIterator<Item = Arc<dyn JobHandler<A>>>) -> Self {
        Self(Arc::new(handlers.into_iter().map(|it| (it.kind(), it)).collect()))
    }

    /// `None` for a kind of another release.
    pub fn find(&self, kind: &str) -> Option<&Arc<dyn JobHandler<A>>> {
        self.0.get(kind)
    }

    /// All kinds, sorted.
    pub fn kinds(&self) -> Vec<&'static str> {
        self.0.keys().copied().collect()
    }

    pub(in crate::usecases) fn iter(&self) -> impl Iterator<Item = &Arc<dyn JobHandler<A>>> {
        self.0.values()
    }
}

/// A recurring job, due at once.
pub(in crate::usecases) fn standing(kind: &'static str) -> NewJob<'static> {
    let at = Timestamp::from_millis(0);
    NewJob {
        kind,
        subject: "",
        unique_key: Some(kind),
        lane: None,
        priority: Priority::Idle,
        due_at: at,
        created_at: at,
    }
}
