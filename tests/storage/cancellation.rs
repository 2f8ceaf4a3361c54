//! A request is cancelled when its client disconnects. Wherever that happens, it is atomic, and the database
//! stays usable.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use duo_console::storage::Storage;

use crate::{
    races::assert_consistent,
    support::Database,
    world::{app, group, owner, selection, switch, user},
};

contract! {
    a_switch_dropped_anywhere_is_whole_or_not_at_all,
    a_unit_of_work_dropped_while_it_begins_holds_nobody_up,
}

/// Polls a future up to `polls` times and then drops it: `None` when it was not ready by then.
struct AtMost<F> {
    future: Pin<Box<F>>,
    polls: u32,
}

impl<F: Future> Future for AtMost<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.polls -= 1;
        match self.future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if self.polls == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    }
}

pub async fn at_most<F: Future>(polls: u32, future: F) -> Option<F::Output> {
    AtMost { future: Box::pin(future), polls }.await
}

async fn a_switch_dropped_anywhere_is_whole_or_not_at_all(db: Database) {
    // One connection, so that the next request meets what a cancelled one leaves behind.
    let storage = Storage::open(&db.url, 1).await.expect("the database opens");
    let acme = group(&storage, "acme").await;
    let ann = owner(&storage, &acme, "ann").await;
    let app = app(storage.clone());
    for _ in 0..2 {
        for polls in 1..80 {
            let before = selection(&storage, acme.id).await;
            let enabled = !before.state.is_on();
            if let Some(done) = at_most(polls, switch(&app, &ann, &acme, enabled, before.version)).await {
                done.expect("she may");
            }
            // The one connection is free again only when what was dropped has come to its end.
            drop(storage.begin().await.expect("a unit of work"));
            assert_consistent(&db, &acme).await;
            let now = selection(&storage, acme.id).await;
            switch(&app, &ann, &acme, !now.state.is_on(), now.version).await.expect("the next one works");
            assert_consistent(&db, &acme).await;
        }
    }
}

async fn a_unit_of_work_dropped_while_it_begins_holds_nobody_up(db: Database) {
    let storage = Storage::open(&db.url, 1).await.expect("the database opens");
    for round in 0..60 {
        let polls = round % 6 + 1;
        drop(at_most(polls, storage.begin()).await);
        drop(at_most(polls, storage.read()).await);
        drop(at_most(polls, async { storage.begin().await?.commit().await }).await);
        user(&storage, &format!("user-{round}")).await;
        assert_eq!(db.number("SELECT COUNT(*) FROM users").await, i64::from(round) + 1);
    }
}
