//! An answer that does not end: server-sent events about what changed.

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

/// Where to begin, and whether to stay.
pub struct Begin {
    /// The last change that is known; without one it begins now.
    pub after: Option<ChangeId>,
    pub follow: bool,
}

/// One of the streams that are open, until it is dropped.
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

/// Begins to tell.
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
        // What is refused is refused with a status.
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
    // A proxy that collects an answer before it hands it on would hand on nothing.
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

/// What comes when everything in the queue is told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ahead {
    Nothing,
    /// More than one page was there.
    More,
    /// Waiting is over: something happened, or it is time to look whether the token still counts.
    News,
}

/// An answer that was to have an end breaks off before it.
#[derive(Debug)]
struct BrokenOff;

impl fmt::Display for BrokenOff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the events break off before their end")
    }
}

impl std::error::Error for BrokenOff {}

/// One who is told.
struct Follower {
    counted: OpenStream,
    caller: Caller,
    token: String,
    followed: Followed,
    follow: bool,
    /// The last change that was looked at.
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
                        // Before looking, which may take as long as the database does.
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

    /// Who follows asks again when it ends. Who asked for everything so far is not to believe that it
    /// was everything.
    fn break_off(&mut self) -> Option<Result<Event, BrokenOff>> {
        self.ended = true;
        (!self.follow).then_some(Err(BrokenOff))
    }

    /// Takes what there is; `None` when this one hears no more.
    async fn look(&mut self) -> Option<()> {
        let api = Arc::clone(&self.counted.api);
        self.changes.is_up_to_date();
        // Should the database be out of reach: not at once again. It is told when it is back.
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
            // It was away for as long as changes are kept, or an older copy of the database was put back.
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
                tracing::error!(%error, "a stream of changes ended");
                None
            }
        }
    }
}

/// What these changes, which follow `before`, come to. Where there is nothing to hear it is said at least
/// how far it went: who comes back does not begin there again, and no proxy takes it for idle.
fn told(followed: Followed, changed: &ChangePage, before: ChangeId) -> Vec<Event> {
    match followed {
        _ if changed.changes.is_empty() && changed.until > before => vec![here(changed.until)],
        Followed::Everything => {
            let tell = |change: &Arc<change::Change>| {
                json(Event::default().event("change"), change.id, &Change::from(&**change))
            };
            changed.changes.iter().map(tell).collect()
        }
        // One for all: who hears of it asks for all flags.
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

/// Says nothing but where the stream is: without data a client keeps the id and hears of no event.
fn here(at: ChangeId) -> Event {
    Event::default().comment("").id(at.to_string())
}

fn json(event: Event, id: ChangeId, data: &impl serde::Serialize) -> Event {
    event.id(id.to_string()).json_data(data).expect("an event has no maps with odd keys")
}
