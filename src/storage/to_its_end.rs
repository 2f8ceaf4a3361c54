//! Cancellation safety: futures that must run to completion.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use tokio::runtime::Handle;

/// A future that, when dropped unfinished, is completed in a spawned task. Spawning it from the start would
/// wake another thread for each transaction.
pub(super) struct ToItsEnd<F: Future<Output: Send> + Send + 'static>(Option<Pin<Box<F>>>);

impl<F: Future<Output: Send> + Send + 'static> ToItsEnd<F> {
    pub fn of(future: F) -> Self {
        Self(Some(Box::pin(future)))
    }
}

impl<F: Future<Output: Send> + Send + 'static> Future for ToItsEnd<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let Some(future) = &mut self.0 else { return Poll::Pending };
        let polled = future.as_mut().poll(context);
        if polled.is_ready() {
            self.0 = None;
        }
        polled
    }
}

impl<F: Future<Output: Send> + Send + 'static> Drop for ToItsEnd<F> {
    fn drop(&mut self) {
        if let Some(future) = self.0.take()
            && let Ok(runtime) = Handle::try_current()
        {
            runtime.spawn(future);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::{sync::oneshot, time::timeout};

    use super::*;

    #[tokio::test]
    async fn what_was_begun_is_finished_whether_or_not_anybody_waits() {
        assert_eq!(ToItsEnd::of(async { 1 }).await, 1);

        let (go, wait) = oneshot::channel::<()>();
        let (done, finished) = oneshot::channel();
        let begun = ToItsEnd::of(async move {
            let _ = wait.await;
            let _ = done.send(2);
        });
        assert!(timeout(Duration::from_millis(1), begun).await.is_err(), "it waits");
        go.send(()).expect("it waits still");
        assert_eq!(finished.await, Ok(2));
    }
}
