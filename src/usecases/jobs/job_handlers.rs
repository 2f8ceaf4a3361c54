//! Whose jobs there are: each capability registers a handler for its kind, and the runner knows none.

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

/// What a handler's work comes to.
pub type Work<'a, T> = Pin<Box<dyn Future<Output = Result<T, UseCaseError>> + Send + 'a>>;

/// What a step came to. It is saved with what the step wrote, or neither is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// There is more to do.
    More(Progress),
    /// Something is about to be done outside the database. What, in the handler's words: it is saved
    /// before [`JobHandler::effect`] is called with it.
    Intend(Progress, String),
    /// All is done. What came of it, in a sentence.
    Done(String),
    /// It cannot be done. Why, in a sentence.
    Failed(String),
    /// All is done until then: it stands, and begins anew.
    Again(Timestamp, String),
}

/// Why a step failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobFailure {
    /// Whether the same may well succeed later.
    pub is_passing: bool,
    /// In a sentence for whoever reads what came of the job.
    pub words: String,
}

/// What an effect outside the database came to, for the step after it.
pub type Effect = String;

/// A kind of jobs. `A` is the application, which has the handlers and so stands above them.
///
/// A step is one transaction, of at most 500 rows and a quarter of a second. Whatever stops the server
/// between two steps, each is saved once. An effect outside is done between two of them: `Intend` first,
/// then [`Self::effect`], and the step that follows is given what came of it.
pub trait JobHandler<A>: Send + Sync {
    /// The word in the database; it stays.
    fn kind(&self) -> &'static str;

    /// What it is about, for people: `Orbit on in production`.
    fn title<'a>(&'a self, uow: &'a mut UnitOfWork, job: &'a Job) -> Work<'a, String>;

    /// The job that there always is of this kind; `None` where others add jobs, which end.
    fn standing(&self) -> Option<NewJob<'static>> {
        None
    }

    /// Adds the jobs that should be there and are not: another version of the program knew none.
    fn adopt<'a>(&'a self, uow: &'a mut UnitOfWork) -> Work<'a, ()> {
        let _ = uow;
        Box::pin(async { Ok(()) })
    }

    /// The next step. What it writes goes into `uow`, which the runner commits. `effect` is what came of
    /// what the step before intended.
    fn step<'a>(
        &'a self,
        app: &'a A,
        uow: &'a mut UnitOfWork,
        job: &'a Job,
        effect: Option<Effect>,
    ) -> Work<'a, Step>;

    /// Does outside the database what was intended. When `again` is set it may have been done before: it
    /// has to be looked for first.
    fn effect<'a>(&'a self, app: &'a A, job: &'a Job, intent: &'a str, again: bool) -> Work<'a, Effect> {
        let _ = (app, job, again);
        let message = format!("nobody does {intent}");
        Box::pin(async move { Err(UseCaseError::invalid("intent", message)) })
    }

    /// After a step that failed, in the transaction that says so: whether the job is given up at once.
    /// What it is about ends with it.
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

    /// Somebody stops the job: ends what it is about, in the transaction that ends the job.
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

    /// Whether a job that failed can go on where it was.
    fn can_be_retried(&self) -> bool {
        true
    }

    /// Counts how one ended, after the commit.
    fn ended(&self, tally: &Tally, how: Ending) {
        let _ = (tally, how);
    }
}

/// All kinds of a program.
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

    /// `None` for a kind of another version of the program.
    pub fn find(&self, kind: &str) -> Option<&Arc<dyn JobHandler<A>>> {
        self.0.get(kind)
    }

    /// In the order of their words.
    pub fn kinds(&self) -> Vec<&'static str> {
        self.0.keys().copied().collect()
    }

    pub(in crate::usecases) fn iter(&self) -> impl Iterator<Item = &Arc<dyn JobHandler<A>>> {
        self.0.values()
    }
}

/// A job that stands, from `due_at` on.
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
