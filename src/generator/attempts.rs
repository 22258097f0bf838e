//! Runs attempts until one of them ends the answer.

use super::frame;
use super::retries::{top_level_error, Retries, Verdict};
use super::{Event, Host, ModelError, Observed, Options};
use crate::time::Seconds;
use futures_util::future::{select, Either};
use futures_util::{pin_mut, FutureExt, Stream, StreamExt, TryFutureExt};
use std::future::Future;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::pin::Pin;

type Attempt<S> = Pin<Box<futures_util::future::TryFlattenStream<S>>>;

pub(super) struct AttemptLoop<R, F, H>
where
    F: TryFutureExt,
    H: Host,
{
    run: R,
    host: H,
    timeout: Option<Seconds>,
    retries: Retries,
    phase: Phase<F, H::Sleep>,
}

enum Phase<F: TryFutureExt, W> {
    Start,
    Running(Attempt<F>, Option<Pin<Box<W>>>),
    Waiting(Seconds),
    Done,
}

/// The model's next step.
enum Step {
    Event(Event),
    Failed(ModelError),
    Ended,
    TimedOut,
}

impl<R, F, S, H> AttemptLoop<R, F, H>
where
    R: FnMut(u32) -> F,
    F: Future<Output = Result<S, ModelError>>,
    S: Stream<Item = Result<Event, ModelError>>,
    H: Host,
{
    pub(super) fn new(run: R, host: H, options: Options) -> Self {
        let Options { policy, timeout, event_key } = options;
        AttemptLoop { run, host, timeout, retries: Retries::new(policy, event_key), phase: Phase::Start }
    }

    pub(super) async fn next(&mut self) -> Option<String> {
        loop {
            match &mut self.phase {
                Phase::Done => return None,
                Phase::Waiting(delay) => {
                    let delay = *delay;
                    self.host.sleep(delay).await;
                    self.phase = Phase::Start;
                }
                Phase::Start => {
                    let run = AssertUnwindSafe(|| (self.run)(self.retries.made()));
                    match catch_unwind(run) {
                        Ok(attempt) => {
                            let deadline = self.timeout.map(|seconds| Box::pin(self.host.sleep(seconds)));
                            self.phase = Phase::Running(Box::pin(attempt.try_flatten_stream()), deadline);
                        }
                        Err(panic) => return self.fail(ModelError::of_panic(&*panic)),
                    }
                }
                Phase::Running(attempt, deadline) => match next_step(attempt, deadline).await {
                    Step::Event(event) => match top_level_error(&event) {
                        None => return Some(frame::event(&event)),
                        Some((text, _)) => return self.fail(ModelError::new(text)),
                    },
                    Step::Failed(error) => return self.fail(error),
                    Step::Ended => return self.end(true, false, None),
                    Step::TimedOut => {
                        let frame = self.retries.timed_out(self.timeout.unwrap_or_default());
                        return self.end(false, false, Some(frame));
                    }
                },
            }
        }
    }

    /// Handles a failed attempt: returns the frame that announces a retry or the error.
    fn fail(&mut self, error: ModelError) -> Option<String> {
        let refusal = error.refusal(self.host.now());
        match self.retries.failed(&refusal, error.unexpected, || self.host.random()) {
            Verdict::Retry { attempt, max_retries, delay, frame } => {
                self.phase = Phase::Waiting(delay);
                self.host.observe(Observed::Retry { attempt, max_retries, delay });
                Some(frame)
            }
            Verdict::Failed { rate_limited, frame } => self.end(false, rate_limited, Some(frame)),
        }
    }

    fn end(&mut self, succeeded: bool, rate_limited: bool, last: Option<String>) -> Option<String> {
        self.phase = Phase::Done;
        self.host.observe(Observed::Ended { attempts: self.retries.made() + 1, succeeded, rate_limited });
        last
    }
}

/// Awaits the model's next step until the deadline; a panic counts as a failure.
async fn next_step<F, S, W>(attempt: &mut Attempt<F>, deadline: &mut Option<Pin<Box<W>>>) -> Step
where
    F: Future<Output = Result<S, ModelError>>,
    S: Stream<Item = Result<Event, ModelError>>,
    W: Future<Output = ()>,
{
    let next = AssertUnwindSafe(attempt.next()).catch_unwind();
    pin_mut!(next);
    let next = match deadline {
        None => next.await,
        Some(deadline) => match select(next, deadline).await {
            Either::Left((next, _)) => next,
            Either::Right(_) => return Step::TimedOut,
        },
    };
    match next {
        Ok(Some(Ok(event))) => Step::Event(event),
        Ok(Some(Err(error))) => Step::Failed(error),
        Ok(None) => Step::Ended,
        Err(panic) => Step::Failed(ModelError::of_panic(&*panic)),
    }
}
