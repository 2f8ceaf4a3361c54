//! Server-sent events about changes, for both event streams.

use axum::response::{
    IntoResponse, Response,
    sse::{Event, Sse},
};
use futures_util::stream;
use http::HeaderValue;
use std::{collections::VecDeque, fmt, sync::Arc};
use tokio::time::sleep;

use super::{authentication::Authenticated, problem::Problem, state::Api};
use crate::{
    domain::{
        change,
        ids::{ChangeId, UserId},
    },
    storage::Listener,
    usecases::{
        Caller, UseCaseError,
        accounts::authenticate::{self, TokenError},
        decisions::follow_changes::{
            ChangePage, Followed, changes_after, changes_now, is_in_reach, last_change, listen,
        },
    },
    wire::changes::{Change, RefetchEvaluation},
};

/// Where the stream starts, and whether it stays open.
pub struct Begin {
    /// The last change that the client knows; `None` starts with future changes.
    pub after: Option<ChangeId>,
    pub follow: bool,
}

/// Counts an open stream; releases it on drop.
struct OpenStream {
    api: Arc<Api>,
    user: UserId,
}

impl OpenStream {
    fn new(api: &Arc<Api>, user: UserId) -> Result<Self, Problem> {
        api.streams.count(user)?;
        Ok(Self { api: Arc::clone(api), user })
    }
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        self.api.streams.forget(self.user);
    }
}

/// Opens a stream.
pub async fn open(
    api: &Arc<Api>,
    Authenticated { caller, token }: Authenticated,
    begin: Begin,
    followed: Followed,
) -> Result<Response, Problem> {
    let counted = OpenStream::new(api, caller.actor.id)?;
    let mut changes = listen(&api.app);
    changes.is_up_to_date();
    let mut queue = VecDeque::new();
    let known = match begin.after {
        Some(after) => changes_after(&api.app, &caller, followed, after).await?.map(|it| (after, it)),
        None => None,
    };
    let (after, changed) = if let Some(known) = known {
        known
    } else {
        let last = last_change(&api.app).await?;
        let word = if begin.after.is_some() { "reset" } else { "ready" };
        queue.push_back(opening(followed, word, last));
        // Checked before the response starts, so that a refusal has a status.
        let changed = changes_after(&api.app, &caller, followed, last).await?;
        (last, changed.unwrap_or_else(|| ChangePage::nothing_after(last)))
    };
    queue.extend(told(followed, &changed, after));
    let follower = Follower {
        counted,
        caller,
        token,
        followed,
        follow: begin.follow,
        cursor: changed.until,
        ahead: if changed.more { Ahead::More } else { Ahead::Nothing },
        queue,
        changes,
        ended: false,
    };
    let events = stream::unfold(follower, |mut follower| async move {
        let event = follower.next().await?;
        Some((event, follower))
    });
    let mut response = Sse::new(events).into_response();
    // Disables buffering in nginx, which would hold back events.
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

/// What follows once the queue is empty.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ahead {
    Nothing,
    /// More than one page was found.
    More,
    /// Woken: by a change, or by the heartbeat, to check whether the token is still valid.
    News,
}

/// Aborts the response, so that the client notices that it is incomplete.
#[derive(Debug)]
struct BrokenOff;

impl fmt::Display for BrokenOff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the events break off before their end")
    }
}

impl std::error::Error for BrokenOff {}

/// The state of one stream.
struct Follower {
    counted: OpenStream,
    caller: Caller,
    token: String,
    followed: Followed,
    follow: bool,
    /// The last change that was read.
    cursor: ChangeId,
    ahead: Ahead,
    queue: VecDeque<Event>,
    changes: Listener,
    ended: bool,
}

impl Follower {
    /// The next event; `None` at the end.
    async fn next(&mut self) -> Option<Result<Event, BrokenOff>> {
        loop {
            if let Some(event) = self.queue.pop_front() {
                return Some(Ok(event));
            }
            if self.ended {
                return None;
            }
            if self.changes.has_ended() {
                return self.break_off();
            }
            if self.ahead == Ahead::Nothing {
                if !self.follow {
                    self.ended = true;
                    return Some(Ok(here(self.cursor)));
                }
                let heartbeat = self.counted.api.heartbeat;
                tokio::select! {
                    biased;
                    more = self.changes.next() => if !more { return None },
                    () = sleep(heartbeat) => {
                        self.ahead = Ahead::News;
                        // Before reading, which may take as long as the database's timeout.
                        return Some(Ok(here(self.cursor)));
                    }
                }
                self.ahead = Ahead::News;
            }
            if self.look().await.is_none() {
                return self.break_off();
            }
        }
    }

    /// Ends the stream. A following client reconnects; one that wanted everything so far must not take the
    /// response for complete.
    fn break_off(&mut self) -> Option<Result<Event, BrokenOff>> {
        self.ended = true;
        (!self.follow).then_some(Err(BrokenOff))
    }

    /// Reads the next changes into the queue; `None` ends the stream.
    async fn look(&mut self) -> Option<()> {
        let api = Arc::clone(&self.counted.api);
        self.changes.is_up_to_date();
        // While the database is unreachable, wait: the listener wakes the stream when it is back.
        let ahead = std::mem::replace(&mut self.ahead, Ahead::Nothing);
        let out_of_reach = || self.follow.then_some(());
        if !is_in_reach(&api.app) {
            return out_of_reach();
        }
        match authenticate::by_token(&api.app, &self.token).await {
            Ok(actor) => self.caller.actor = actor,
            Err(TokenError::Storage(error)) if error.is_unavailable() => return out_of_reach(),
            Err(_) => return None,
        }
        let changed = if ahead == Ahead::News {
            changes_now(&api.app, &self.caller, self.followed, self.cursor).await
        } else {
            changes_after(&api.app, &self.caller, self.followed, self.cursor).await
        };
        match changed {
            // The cursor is older than the retention of changes, or the database was restored from an older
            // backup.
            Ok(None) => {
                let Ok(last) = last_change(&api.app).await else { return out_of_reach() };
                self.queue.push_back(opening(self.followed, "reset", last));
                self.cursor = last;
                Some(())
            }
            Ok(Some(changed)) => {
                self.queue.extend(told(self.followed, &changed, self.cursor));
                self.cursor = changed.until;
                self.ahead = if changed.more { Ahead::More } else { Ahead::Nothing };
                Some(())
            }
            Err(UseCaseError::Storage(error)) if error.is_unavailable() => out_of_reach(),
            Err(error) => {
                tracing::error!(%error, "an event stream failed");
                None
            }
        }
    }
}

/// The events for these changes, which follow `before`. Without any it is at least an event with the new
/// cursor: a client resumes from there, and no proxy takes the stream for idle.
fn told(followed: Followed, changed: &ChangePage, before: ChangeId) -> Vec<Event> {
    match followed {
        _ if changed.changes.is_empty() && changed.until > before => vec![here(changed.until)],
        Followed::Everything => {
            let tell = |change: &Arc<change::Change>| {
                json(Event::default().event("change"), change.id, &Change::from(&**change))
            };
            changed.changes.iter().map(tell).collect()
        }
        // One event for all: the client evaluates all flags again.
        Followed::Flags => {
            let last = changed.changes.last();
            last.map(|it| json(Event::default(), changed.until, &RefetchEvaluation::because_of(Some(&**it))))
                .into_iter()
                .collect()
        }
    }
}

fn opening(followed: Followed, word: &str, at: ChangeId) -> Event {
    match (followed, word) {
        (Followed::Everything, _) => json(Event::default().event(word), at, &serde_json::json!({"id": at.0})),
        (Followed::Flags, "reset") => json(Event::default(), at, &RefetchEvaluation::because_of(None)),
        (Followed::Flags, _) => here(at),
    }
}

/// An event with the cursor only: without data a client stores the id and dispatches nothing.
fn here(at: ChangeId) -> Event {
    Event::default().comment("").id(at.to_string())
}

fn json(event: Event, id: ChangeId, data: &impl serde::Serialize) -> Event {
    event.id(id.to_string()).json_data(data).expect("an event has no maps with odd keys")
}
